"""From words to vectors, intents and answers."""
