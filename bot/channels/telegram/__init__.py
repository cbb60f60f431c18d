"""The Telegram bot: a channel like the others, on the one engine.

`updates` reads what arrives, `chats` answers it, `render` turns replies into messages, `sender` sends
them from the store's outbox, `polling` and `webhook` are the two ways in, `service` builds it all.
"""
