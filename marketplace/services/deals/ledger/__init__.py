"""The ledgers of contracts and payments: what is in a row, which rows, and what stands under the columns."""
