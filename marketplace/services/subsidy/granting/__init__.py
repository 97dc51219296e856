"""From 拟补助 to the last 分: publication, approval, payout, follow-up and recovery."""
