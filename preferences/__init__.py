"""May we write to this person about this? Contacts, topics, choices and suppression."""
