"""Pages of payments, invoices and online payment."""
