"""What happened? Events of the application, the message log and what became of each mail."""
