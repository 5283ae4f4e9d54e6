"""Whom does a campaign mean, who of them gets it, and why do the others not?"""
