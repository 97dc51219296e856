"""How long a listing stays public: reminders, confirmation by its owner, expiry."""
