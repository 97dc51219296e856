"""Pages from 拟补助 to the last 分."""
