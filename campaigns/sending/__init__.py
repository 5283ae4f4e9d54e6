"""How does an approved campaign leave? States, freezing, feeding, trial, and what became of everybody."""
