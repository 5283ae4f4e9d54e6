"""How does Amazon SES behave?"""
