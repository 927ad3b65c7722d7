"""From a model id to who answers: `scripted:NAME`, `replay:PATH`, an entry of `cab.toml`, or `--endpoint`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import attrs

from cab_core.distance import nearest_name
from cab_core.errors import UserError
from cab_core.own_memory import forget
from cab_core.records.base import Json, doc

from .address import checked_address
from .budget import Budget
from .endpoint_config import EndpointDoc, headers_of, printed_key
from .price import Price
from .price_table import TablePrice, Unpriced, table_price
from .replay.find import Records, find_records
from .scripted.named import persona_named

SCRIPTED, REPLAY = "scripted:", "replay:"


_DEAREST = 1_000_000  # a dollar a token; what is more is a slip, and no sum of it is a number


@attrs.frozen(kw_only=True)
class PriceDoc:
    """US dollars for a million tokens."""

    input: float = attrs.field(metadata=doc("USD per million input tokens", minimum=0, maximum=_DEAREST))
    output: float = attrs.field(metadata=doc("USD per million output tokens", minimum=0, maximum=_DEAREST))
    cached: float | None = attrs.field(
        default=None,
        metadata=doc("USD per million input tokens that a cache gave", minimum=0, maximum=_DEAREST),
    )
    cache_write: float | None = attrs.field(
        default=None,
        metadata=doc("USD per million input tokens that a cache took", minimum=0, maximum=_DEAREST),
    )


@attrs.frozen(kw_only=True)
class ModelDoc:
    """One model in `cab.toml`, under `[models."ID"]`."""

    endpoint: str = attrs.field(metadata=doc("base URL, such as http://127.0.0.1:8000/v1"))
    key_env: str | None = attrs.field(default=None, metadata=doc("variable that holds the key"))
    protocols: tuple[str, ...] = attrs.field(
        default=(),
        metadata=doc("wire protocols that the endpoint speaks, such as openai-chat; none: not known"),
    )
    price: PriceDoc | None = attrs.field(default=None, metadata=doc("what tokens cost"))
    priced_as: str | None = attrs.field(
        default=None,
        metadata=doc("in the place of `price`: PROVIDER/MODEL of the package genai-prices", pattern=".+/.+"),
    )
    context_tokens: int | None = attrs.field(default=None, metadata=doc("size of the context", minimum=1))
    idle_s: float = attrs.field(
        default=300.0,
        metadata=doc("seconds without a byte before a call counts as failed", exclusiveMinimum=0),
    )


@attrs.frozen(kw_only=True)
class ConfigDoc:
    """The content of `cab.toml`."""

    models: dict[str, ModelDoc] = attrs.field(factory=dict, metadata=doc("models by id"))
    prices: Literal["genai-prices"] | None = attrs.field(
        default=None, metadata=doc("where to look up what models without a `price` cost; none: nowhere")
    )
    endpoints: dict[str, EndpointDoc] = attrs.field(factory=dict, metadata=doc("endpoints by their address"))
    executors: dict[str, dict[str, Json]] = attrs.field(
        factory=dict, metadata=doc("settings of executors, by their names")
    )

    plugins: tuple[str, ...] = attrs.field(
        default=(),
        metadata=doc(
            "plugins that are not installed, by their paths from the directory of this file, as `--plugin` "
            "takes them; their code is run only where CAB_TRUST names that directory"
        ),
    )

    def endpoint_at(self, url: str) -> EndpointDoc | None:
        """Return what is said of the endpoint with this address, whichever of the two ends in a slash."""
        return next((e for at, e in self.endpoints.items() if at.rstrip("/") == url.rstrip("/")), None)


def _address(_: object, __: object, url: str | None) -> None:
    """Addresses are written down: there is no model with one that may hold a credential."""
    if url is not None:
        checked_address(url, "endpoint")


@attrs.frozen(kw_only=True)
class Model:
    """A model id and who answers for it. `key`: None for scripted models. `scripted`: which script answers,
    or `replay:` and the sha256 of a record. No credential is in `endpoint`.

    `headers`: further ones of each call, whose values are as secret as the key. `unpriced`: why the table
    that was asked for has no price.
    """

    id: str
    scripted: str | None = None
    endpoint: str | None = attrs.field(default=None, validator=_address)
    key: str | None = attrs.field(default=None, repr=False)
    price: Price | TablePrice | None = None
    unpriced: str | None = None
    context_tokens: int | None = None
    idle_s: float = 300.0
    protocols: tuple[str, ...] = ()
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    budget: Budget = Budget()
    records: Records | None = None  # that answer in a model's place

    @property
    def name(self) -> str:
        """What the CLI asks for: whom a record is of, to be asked the same again."""
        return self.id if self.records is None else self.records.model

    @property
    def bounded(self) -> bool:
        """Whether cells together may ask so much of its endpoint and no more."""
        return self.budget != Budget()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is written nowhere."""
        return (*((self.key,) if self.key else ()), *self.headers.values())


@attrs.frozen(kw_only=True)
class EndpointChoice:
    """What the command line and the environment say about the endpoint."""

    url: str | None = None
    key: str | None = attrs.field(default=None, repr=False)
    taken: dict[str, str] = attrs.field(factory=dict, repr=False)  # variables that held a key, and it

    @property
    def given(self) -> bool:
        """Whether the key itself was given, not a variable that holds it."""
        return self.key is not None and self.key not in self.taken.values()

    @classmethod
    def of(cls, url: str | None, key: str | None, key_env: str | None) -> EndpointChoice:
        """Return the choice; `CAB_ENDPOINT` and `CAB_KEY` count where an option is left out.

        Raises:
            UserError: the variable named by `key_env` is not set; an address or a key cannot be used.
        """
        choice, address = cls(), os.environ.get("CAB_ENDPOINT")
        usual = choice.take("CAB_KEY", "CAB_KEY") if os.environ.get("CAB_KEY") else None
        if key_env is not None:
            key = choice.take(key_env, "--key-env")
        elif key is not None:
            key = _usable(key, "--key")
        found = checked_address(url, "--endpoint") if url else None
        found = found or (checked_address(address, "CAB_ENDPOINT") if address else None)
        return attrs.evolve(choice, url=found, key=key or usual)

    def take(self, name: str, where: str) -> str:
        """Return the key in a variable, which then is gone from this process's environment.

        Raises:
            UserError: it is not set, or holds no key.
        """
        if name not in self.taken:
            value = os.environ.pop(name, None)
            if not value:
                raise UserError(f"{where}: the environment variable {name} is not set")
            self.taken[name] = _usable(value, f"{where}: the environment variable {name}")
        return self.taken[name]

    def printed(self, command: str, where: str) -> str:
        """Return the key that a command prints; it is run once.

        Raises:
            UserError: it prints none.
        """
        if command not in self.taken:
            self.taken[command] = _usable(printed_key(command, where), where)
        return self.taken[command]


def _usable(key: str, where: str) -> str:
    """Return a key that can be sent; others find it no more in what they may read of this process."""
    forget(key)
    if not key.isprintable() or key != key.strip() or not key.isascii():
        raise UserError(
            f"{where} holds no key that can be sent in a header: expected visible ASCII characters, without "
            "a blank or a line end around them (was it read from a file with its line end?)"
        )
    return key


def resolve(model_id: str, choice: EndpointChoice, config: ConfigDoc) -> Model:
    """Return who answers for a model id.

    Endpoint and key come from the choice, else from `cab.toml`; what a model costs and how large its
    context is, from `cab.toml` always.

    Raises:
        UserError: nobody does, or its key is not set.
    """
    if not model_id.strip():
        raise UserError("a model id is empty: is the variable set that was to name it?")
    if model_id.startswith(SCRIPTED):
        name = model_id.removeprefix(SCRIPTED)
        persona_named(name)
        return Model(id=model_id, scripted=name)
    if model_id.startswith(REPLAY):
        records = find_records(Path(model_id.removeprefix(REPLAY)))
        script = f"{REPLAY}{records.sha256}"
        return Model(id=model_id, scripted=script, records=records, protocols=records.protocols)
    found = config.models.get(model_id)
    if found is not None:
        return _of_endpoint(_from_config(model_id, found, choice), choice, config)
    if choice.url is None:
        near = nearest_name(model_id, config.models)
        meant = f"; did you mean {near!r} of cab.toml? If not" if near else ""
        raise UserError(
            f"model {model_id!r} has no endpoint{meant}: give --endpoint URL (and --key-env NAME), or set "
            f'CAB_ENDPOINT and CAB_KEY, or write [models."{model_id}"] into cab.toml'
        )
    return _of_endpoint(Model(id=model_id, endpoint=choice.url, key=choice.key), choice, config)


def _from_config(model_id: str, found: ModelDoc, choice: EndpointChoice) -> Model:
    key = choice.key
    where = f'cab.toml: models."{model_id}"'
    endpoint = choice.url or checked_address(found.endpoint, f"{where}.endpoint")
    if choice.url is None and found.key_env is not None:
        key = choice.take(found.key_env, f"{where}.key_env")
    elif choice.url is None:
        key = None  # a key goes to the endpoint that it was given for, and to no other
    price = Price(**attrs.asdict(found.price)) if found.price else None
    return Model(
        id=model_id,
        endpoint=endpoint,
        key=key,
        price=price,
        context_tokens=found.context_tokens,
        idle_s=found.idle_s,
        protocols=found.protocols,
    )


def _of_endpoint(model: Model, choice: EndpointChoice, config: ConfigDoc) -> Model:
    """Return a model with what is said of its endpoint."""
    assert model.endpoint is not None
    found, model = config.endpoint_at(model.endpoint), _priced(model, config)
    if found is None:
        return model
    where = f'cab.toml: endpoints."{model.endpoint}"'
    key = model.key
    if key is None and found.key_command is not None:
        key = choice.printed(found.key_command, f"{where}.key_command")
    return attrs.evolve(
        model,
        key=key,
        protocols=model.protocols or found.protocols,
        headers=headers_of(found, where, choice.take),
        budget=found.budget,
    )


def _priced(model: Model, config: ConfigDoc) -> Model:
    """Return a model with its price by the table, where `cab.toml` asks for that and says no other."""
    assert model.endpoint is not None
    said = config.models.get(model.id)
    priced_as = said.priced_as if said else None
    if model.price is not None and priced_as is not None:
        raise UserError(f'cab.toml: models."{model.id}": give `price` or `priced_as`, not both')
    if model.price is not None or (priced_as is None and config.prices is None):
        return model
    try:
        return attrs.evolve(model, price=table_price(model.id, model.endpoint, priced_as))
    except Unpriced as exc:
        return attrs.evolve(model, unpriced=str(exc))


def find_config(directory: Path) -> Path | None:
    """Return the `cab.toml` of this directory or the nearest one above it."""
    return next((p / "cab.toml" for p in (directory, *directory.parents) if (p / "cab.toml").is_file()), None)
