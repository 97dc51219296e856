"""The subsidy in the demonstration: policies and batches first."""
