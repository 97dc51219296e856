"""What the authority keeps beside the cases: policy versions, batches, cap groups, the 失信 list, written decisions."""
