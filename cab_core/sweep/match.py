"""Which protocol a CLI and an endpoint speak with each other: the gateway relays, it does not translate."""

from __future__ import annotations

from cab_core.defaults import PROTOCOL
from cab_core.distance import nearest_name
from cab_core.errors import UserError
from cab_core.gateway.models import Model
from cab_core.plugins.protocols import Adapter
from cab_core.plugins.registry import Plugins
from cab_core.plugins.wire_protocol import WireProtocol


def match(adapter: Adapter, model: Model, plugins: Plugins) -> WireProtocol:
    """Return the first of the CLI's protocols that the model's endpoint speaks, where somebody said which.

    Raises:
        UserError: there is none; or nothing here speaks one.
    """
    known = plugins.names("protocol")
    for name in model.protocols:
        if name not in known:
            near = nearest_name(name, known)
            hint = f"; did you mean {near!r}?" if near else f"; there are {', '.join(known)}"
            raise UserError(f'cab.toml: models."{model.id}".protocols: nothing here speaks {name!r}{hint}')
    mine = adapter.protocols or (PROTOCOL,)  # a CLI that cannot be had has none: its cells make no call
    both = [
        n
        for n in mine
        if n in known and (n in model.protocols or not model.protocols or not adapter.protocols)
    ]
    if both:
        return plugins.protocol(both[0])
    theirs = (
        f"model {model.id!r} is served by {', '.join(model.protocols)}"
        if model.protocols
        else (f"the gateway speaks {', '.join(known)}")
    )
    raise UserError(
        f"CLI {adapter.name!r} speaks {', '.join(mine)}, {theirs}; the gateway relays, it does not translate"
    )
