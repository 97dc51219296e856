"""What pages and lists read of contracts."""
