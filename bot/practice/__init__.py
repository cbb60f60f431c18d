"""The I-statement coach, the apology coach, and the talk in which they are practised."""
