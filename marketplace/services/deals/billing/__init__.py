"""Payment online: sellers' accounts, payment pages, what the provider tells, and what it and the ledger disagree on."""
