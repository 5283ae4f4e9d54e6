"""What has happened in the shop so far? Two made-up months, so that a first look finds a shop that lives."""
