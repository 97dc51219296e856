"""What people keep of the market."""
