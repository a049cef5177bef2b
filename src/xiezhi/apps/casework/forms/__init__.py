"""Forms made from the vocabulary and the pack: no act has a form class of its own.

form_for(act_kind, pack, marking, user, ...)   the form of one act
line_of(form)                                  the history line that a valid form states
"""

from __future__ import annotations

from xiezhi.apps.casework.forms.act import ActForm, form_for
from xiezhi.apps.casework.forms.line import line_of

__all__ = ["ActForm", "form_for", "line_of"]
