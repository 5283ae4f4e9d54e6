"""How is a rule built on screen? What can be asked, with which fields; what stands there is kept, whole or not."""
