"""The devices by hand: register, revoke, and the steps of an installation."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import typer

from fairtag.app.add_device import add_device, revoke_device
from fairtag.app.books import Gateway, InstallStep
from fairtag.app.record_installation import record_step
from fairtag.cli.house import BY, DataFolder, an_instant, open_house
from fairtag.terms.errors import UsageError
from fairtag.terms.ids import DeviceId, OrderId

devices = typer.Typer(no_args_is_help=True, help="Register and revoke devices.")
StepName = Literal["visit", "activation", "self_test"]  # the machine records the first fix
DeviceArgument = Annotated[str, typer.Argument(metavar="ID", help="The device's id.")]


@devices.command("add")
def add(
    device: DeviceArgument,
    data: DataFolder,
    serves: Annotated[
        list[str] | None, typer.Option("--serves", help="A gateway: a device it speaks for.")
    ] = None,
    operator: Annotated[str, typer.Option(help="A gateway: who runs it.")] = "",
    retention_days: Annotated[int, typer.Option(help="A gateway: how long it keeps data.")] = 0,
) -> None:
    """Print the credential, once. A device that is known gets a new one; the old one is refused."""
    gateway = None
    if serves:
        if not operator or retention_days < 1:
            raise UsageError("a gateway needs --operator and --retention-days: wearers are told")
        gateway = Gateway(
            gateway_id=DeviceId(device),
            operator=operator,
            retention_days=retention_days,
            devices=frozenset(DeviceId(one) for one in serves),
        )
    with open_house(data) as house:
        credential = add_device(house, device, by=BY, gateway=gateway)
    typer.echo(msgspec.json.encode(credential))


@devices.command("revoke")
def revoke(device: DeviceArgument, data: DataFolder) -> None:
    """Refuse the device's credential from now on."""
    with open_house(data) as house:
        revoke_device(house, device, by=BY)
    typer.echo(f"{device}: its credential is refused from now on", err=True)


@devices.command("step")
def step(
    device: DeviceArgument,
    name: Annotated[StepName, typer.Argument()],
    data: DataFolder,
    order: Annotated[str, typer.Option(help="The order's id.")],
    at: Annotated[str, typer.Option(help="When it was done.")],
) -> None:
    """Record a step of the installation; the first valid position records itself."""
    done = InstallStep(
        order_id=OrderId(order),
        device_id=DeviceId(device),
        step=name,
        at=an_instant(at, "--at"),
        by=BY,
    )
    with open_house(data) as house:
        left = record_step(house, done, by=BY)
    told = f"still missing: {', '.join(left)}" if left else "installed"
    typer.echo(f"{device}: {told}", err=True)
