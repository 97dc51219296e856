"""What the authority keeps beside the cases: batches, cap groups, the 失信 list, written decisions."""
