"""Which good mails may a marketer start from? Files to copy, each with a sample of what goes into it."""
