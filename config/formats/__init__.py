"""How are dates and times written on screens?"""
