"""Every error Groundwork raises on purpose, and the sentence a person reads for each.

An error never carries what a person wrote.
"""

from __future__ import annotations


class GroundworkError(Exception):
    """Base of all errors raised on purpose. `str(error)` is fit for an operator or developer to read."""


class SettingsError(GroundworkError):
    """A setting is unknown, malformed or missing; the start ends with this one line."""


class ContentError(GroundworkError):
    """A content file breaks its schema. The text names the file, the place and what is wrong."""


class ModelError(GroundworkError):
    """A model, an index or a part of one is missing, damaged or made by another version."""


class StoreError(GroundworkError):
    """The store cannot be opened, read or written; nothing that was acknowledged is lost."""


class UnknownConversation(GroundworkError):
    """No conversation belongs to this token, or it has been erased or has expired."""


class SealBroken(StoreError):
    """A stored row does not fit its seal: it was damaged, edited or moved. It is not shown."""


class PayloadRefused(GroundworkError):
    """A button payload that this conversation did not offer."""


class KnowledgeError(GroundworkError):
    """A document cannot be read or an index cannot be built; the text names the file and the reason."""
