"""Whom does a segment select? Its rule, and the one SQL statement that it becomes."""
