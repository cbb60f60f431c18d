"""The sealed store: what is kept, encrypted so that a token (or a chat, or a phrase) opens its own
part."""
