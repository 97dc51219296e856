"""Named rate limits, by address. They stand beneath the guard of a view and answer with the page of error 429."""

from marketplace.extensions import limiter

LOGIN = limiter.shared_limit("60 per 15 minutes", scope="login", methods=["POST"])
"""Attempts to sign in or to type a password again; failures are counted apart, by name and address."""

SIGNUP = limiter.shared_limit("120 per hour", scope="signup", methods=["POST"])
"""Steps of signing up, of accepting an invitation, of asking for one."""

RESET = limiter.shared_limit("20 per hour", scope="reset", methods=["POST"])
"""Asking for a link to set a new password, and using it."""

CONTACT = limiter.shared_limit("30 per hour", scope="contact", methods=["POST"])
"""Writing to the owner of a listing."""

THREAD = limiter.shared_limit("240 per hour", scope="thread", methods=["POST"])
"""Writing in threads that are open already."""

CONFIRM = limiter.shared_limit("60 per hour", scope="confirm")
"""Opening and answering a mailed link to confirm a contract."""

PAY = limiter.shared_limit("90 per hour", scope="pay", methods=["POST"])
"""Opening payment pages, asking the payment provider, sending money back: each is a call outside."""

SEARCH = limiter.shared_limit("240 per minute", scope="search")
"""Searching, suggestions included."""

TYPING = limiter.shared_limit("120 per minute", scope="typing")
"""What a form asks by itself while somebody types."""

UPLOAD = limiter.shared_limit("120 per hour", scope="upload", methods=["POST"])
"""Uploading files."""

PAPERS = limiter.shared_limit("60 per minute", scope="papers")
"""Papers as PDF: each costs the server up to a second."""

PICTURES = limiter.shared_limit("240 per minute", scope="pictures")
"""Share pictures, QR codes and site maps: what other sites and search engines fetch."""

VERIFY = limiter.shared_limit("60 per 10 minutes", scope="verify")
"""Looking up a registered contract by its numbers."""

API = limiter.shared_limit("120 per minute", scope="api")
"""Machines."""

EXPORT = limiter.shared_limit("60 per hour", scope="export", methods=["POST"])
"""Lists taken away as tables: each reads thousands of rows."""
