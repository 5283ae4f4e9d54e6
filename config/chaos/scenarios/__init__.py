"""What can break? One module a family."""
