"""Which mails does an event cause? Event -> types -> people -> rules -> submission."""
