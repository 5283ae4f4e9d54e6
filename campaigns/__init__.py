"""Whom do we choose, when, and did it work? Segments, campaigns, experiments, journeys and their reports."""
