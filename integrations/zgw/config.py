"""What the partners' file says of a case system that speaks ZGW: where it is, how it calls things, what was agreed."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from stdnum.nl import bsn

from domain.steps.warm_handover import REFUSAL
from integrations.http import Connection
from integrations.partner_settings import Name, Section

REASONS = frozenset(reason.value for reason in REFUSAL.choices)
PROPERTY = "eigenschap:"


def _rsin(number: str) -> str:
    if len(number) != 9 or not bsn.is_valid(number):  # an RSIN is tested by the same rule
        raise ValueError("geen geldig RSIN")
    return number


def _reason(reason: str) -> str:
    if reason not in REASONS:
        raise ValueError(f"een reden van weigering is {', '.join(sorted(REASONS))}")
    return reason


Rsin = Annotated[str, AfterValidator(_rsin)]
Reason = Annotated[str, AfterValidator(_reason)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Ascii = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,200}$")]
DayFrom = Annotated[str, StringConstraints(pattern=r"^(statusdatum|eigenschap:.{1,50})?$")]
YesFrom = Annotated[str, StringConstraints(pattern=r"^(ja|nee|eigenschap:.{1,50})?$")]


class Unit(Section):
    """An organisation on the case: in which role (`omschrijvingGeneriek` of the roltype), its code and its name.

    As long as the standard lets them be (24 and 50); Open Zaak alone takes longer ones.
    """

    role: Literal["initiator", "behandelaar", "belanghebbende", "adviseur", "klantcontacter", "zaakcoordinator"]
    code: Annotated[str, StringConstraints(min_length=1, max_length=24)]
    name: Annotated[str, StringConstraints(min_length=1, max_length=50)]


class Answers(Section):
    """What the names in their catalogue say. What is not named here says nothing: the hand-over waits.

    `talk_on`: "statusdatum", or "eigenschap:NAME"; `vt_support` and `takes_risks`: "ja" or "nee" where that was agreed
    for every hand-over, or "eigenschap:NAME"; empty: they do not tell us.
    """

    accepted_status: tuple[Text, ...] = ()
    accepted_result: tuple[Text, ...] = ()
    refused_result: dict[Text, Reason] = Field(default_factory=dict)
    withdrawn_status: Text | None = None
    withdrawn_result: Text | None = None
    means_nothing: tuple[Text, ...] = ()
    """Names that are known to say nothing to us; any other name without a meaning is shown by `doctor`."""

    talk_on: DayFrom = ""
    vt_support: YesFrom = ""
    takes_risks: YesFrom = ""

    @property
    def properties(self) -> frozenset[str]:
        """The properties (`eigenschappen`) that have to be read."""
        sources = (self.talk_on, self.vt_support, self.takes_risks)
        return frozenset(source.removeprefix(PROPERTY) for source in sources if source.startswith(PROPERTY))

    @property
    def results(self) -> tuple[str, ...]:
        """Every result that means something to us."""
        return (
            *self.accepted_result,
            *self.refused_result,
            *([self.withdrawn_result] if self.withdrawn_result else []),
        )

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status that means something to us."""
        return (*self.accepted_status, *([self.withdrawn_status] if self.withdrawn_status else []))

    @model_validator(mode="after")
    def _clear(self) -> Self:
        if not self.accepted_status and not self.accepted_result:
            raise ValueError("niets betekent aanvaard")
        if any(len(set(names)) != len(names) for names in (self.results, self.statuses)):
            raise ValueError("een naam heeft twee betekenissen")
        return self


class ZgwSystem(Section):
    """The case system of one local organisation. `secret` names a secret in KETENREGIE_SECRETS.

    `rsin`: who makes the zaak (`bronorganisatie`); `responsible`: whose zaak it is; `legal_basis` goes into their audit
    trail, `user` too: a code of our organisation, never a person's.
    """

    organisation: Name
    zaken: Connection
    catalogi: Connection
    documenten: Connection | None = None
    client_id: Annotated[str, StringConstraints(pattern=r"^[ -~]{1,100}$")]
    secret: Name
    answers_as: Name
    """The professional of that organisation in whose code its answers are recorded."""

    rsin: Rsin
    responsible: Rsin
    zaaktype: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    """The `identificatie` of the zaaktype."""

    user: Name = "veilig-thuis"
    units: tuple[Unit, ...] = ()
    first_status: Text | None = None
    """The status that a new hand-over gets; without it the first of the zaaktype."""

    document_type: Text | None = None
    """`omschrijving` of the informatieobjecttype; without it no document is made."""

    own_number_source: Annotated[str, StringConstraints(min_length=1, max_length=40)] = "ontvanger"
    confidentiality: Literal[
        "openbaar",
        "beperkt_openbaar",
        "intern",
        "zaakvertrouwelijk",
        "vertrouwelijk",
        "confidentieel",
        "geheim",
        "zeer_geheim",
    ] = "zaakvertrouwelijk"
    legal_basis: Ascii = "Warme overdracht door Veilig Thuis (Wmo 2015 art. 4.1.1 en 5.1.6)"
    peer_version: str = ""
    """The version of Open Zaak that its manager named; "anders" for another product. It cannot be seen from outside."""

    longest: float = Field(default=240.0, ge=30, le=900)
    """Seconds after which a hand-over begins no new exchange; what is missing is made at the next try."""

    link: bool = False
    """The zaak and the document hold the link to our own form. Only where the people there can open it."""

    answers: Answers

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Every address of it."""
        return tuple(one for one in (self.zaken, self.catalogi, self.documenten) if one)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.documenten is None) != (self.document_type is None):
            raise ValueError("documenten en document_type horen bij elkaar")
        if self.first_status in self.answers.accepted_status:
            raise ValueError("een nieuwe overdracht is nog niet aanvaard")
        if len({unit.role for unit in self.units}) != len(self.units):
            raise ValueError("een rol staat er twee keer in")
        return self
