"""Pages of inquiries: asking and answering, files and 保密承诺, what the authority sees."""
