"""What a person takes away: their own words under fixed labels, as a card and as files."""
