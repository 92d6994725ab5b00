"""What partners take and give: the shapes behind docs/partners.openapi.json. References only, never personal data."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Reference = Annotated[str, Field(min_length=1, max_length=200)]
Amount = Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,4})?$", examples=["27.50"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["CNY"])]
Line = Literal["ride_hailing", "sharing_economy", "farm_aftersales", "high_speed_rail", "driving_school"]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Order(Shape):
    """One order, ticket, job or booking as the partner's books hold it."""

    reference: Reference
    line: Line
    subject: Reference | None = Field(None, description="what it was about: a driver, vehicle, instructor or machine")
    facts: dict[str, Any] = Field({}, description="facts under the names of the line's tables; money as text")
    respondent: dict[str, Reference] = Field({}, description="the other side, by references only")


class PayoutOrder(Shape):
    """Money to be paid once: `payout_id` is ours, `beneficiary` a reference the payer can resolve."""

    payout_id: Reference
    amount: Amount
    currency: Currency
    beneficiary: Reference

    def same_money(self, other: "PayoutOrder") -> bool:
        """Equal but for how the amount is written."""
        alike = self.model_dump(exclude={"amount"}) == other.model_dump(exclude={"amount"})
        return alike and Decimal(self.amount) == Decimal(other.amount)


class Payout(Shape):
    """A payout made; the same under the same key for ever."""

    payout_reference: Reference
    state: Literal["paid"] = "paid"


class GrantOrder(Shape):
    """A remedy that is not money, to be granted once: hours, points, coupons, a rebooking, a repair."""

    grant_id: Reference
    kind: Annotated[str, Field(pattern=r"^[a-z_]+$", max_length=60, examples=["free_service_time"])]
    beneficiary: Reference
    quantity: Annotated[str | None, Field(pattern=r"^\d{1,9}(\.\d{1,4})?$")] = None
    unit: Annotated[str | None, Field(max_length=40)] = None
    amount: Amount | None = None
    currency: Currency | None = None


class Grant(Shape):
    """A grant made; the same under the same key for ever."""

    reference: Reference
    state: Literal["granted"] = "granted"


class ProtectiveAction(Shape):
    """Something to be done at once so that nobody is hurt; `subject` is whom or what it concerns."""

    action: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=100, examples=["suspend_instructor"])]
    subject: Reference
    complaint: Reference
    reason: Annotated[str, Field(max_length=200, description="a coded reason, never the complainant's words")]


class Acknowledgement(Shape):
    acknowledged: Literal[True] = True
    reference: Reference


class Problem(BaseModel):
    """RFC 9457 problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
