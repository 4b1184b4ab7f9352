"""A meeting on stage: honest members, whoever else comes, and the server between them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from folkmoot.protocol.derivation import derive_meeting
from folkmoot.protocol.encoding import from_base64url, to_base64url
from tests.attack.malicious_server.between import Between, Frame, Line, between
from tests.fakes.group_members import Dump, Invitation, Members, is_member, members, refusals
from tests.fakes.server import RunningServer

HONEST = ("ana", "ben", "cem")


@dataclass
class Scene:
    """Who is there. `ana`, `ben` and `cem` are honest, and in this order in the meeting."""

    people: Members
    middle: Between
    invitation: Invitation
    identities: dict[str, str]

    @property
    def link(self) -> str:
        return self.invitation.link

    @property
    def server(self) -> RunningServer:
        return self.middle.server

    @property
    def locator(self) -> str:
        secret = from_base64url(self.link.split("#v1.")[1].split(".")[0])
        return to_base64url(derive_meeting(secret).locator)

    async def join(self, name: str, **options: Any) -> None:
        options = {"channel": self.middle.channel, **options}
        link = options.pop("link", self.link)
        self.identities[name] = await self.people.join(name, link, **options)

    async def enter(self, name: str, **options: Any) -> None:
        await self.join(name, **options)
        await self.people.until(name, is_member)

    async def host(self, name: str = "host") -> None:
        await self.enter(name, link=self.invitation.host_link)

    async def together(self, *names: str, size: int | None = None) -> list[Dump]:
        """Wait until these are in one group; of so many, if others are in it, too."""
        names = names or HONEST
        return await self.people.until_all(*names, size=size or len(names))

    async def all_refuse(self, why: str, *names: str) -> None:
        """Wait until each has refused a commit for this reason."""
        for name in names or HONEST:
            await self.people.until(name, lambda dump: why in refusals(dump))

    async def stay_as_they_were(self, *names: str, size: int | None = None) -> None:
        """Whatever was tried: the same people share one secret, and hear each other."""
        names = names or HONEST
        await self.together(*names, size=size)
        await self.people.say(names[0], "still here")
        for name in names[1:]:
            await self.people.until(
                name, lambda dump: "still here" in [each["text"] for each in dump["heard"]]
            )

    def names_on(self, dump: Dump) -> set[str]:
        """Whom somebody sees in the group, by their names here."""
        of = {identity: name for name, identity in self.identities.items()}
        return {of.get(identity, "somebody unknown") for identity in dump["group"]["roster"]}

    def line(self, name: str) -> Line:
        return self.middle.line_of(self.identities[name])

    def only_for(
        self, names: set[str], change: Callable[[Frame], list[Frame]]
    ) -> Callable[[Line, Frame], list[Frame]]:
        """A hook that lies to some."""
        chosen = {self.identities[name] for name in names}

        def lie(line: Line, frame: Frame) -> list[Frame]:
            return change(frame) if line.identity in chosen else [frame]

        return lie


@asynccontextmanager
async def meeting_of(server: RunningServer, *names: str) -> AsyncIterator[Scene]:
    """A meeting in which these people are, one after the other."""
    async with AsyncExitStack() as stack:
        middle = await stack.enter_async_context(between(server))
        people = await stack.enter_async_context(members())
        scene = Scene(people, middle, await people.meeting(server.http), {})
        for name in names:
            await scene.enter(name)
        if names:
            await scene.together(*names)
        for name in names:
            await people.until(name, lambda dump: len(dump["ready"]) == len(names) - 1)
        yield scene


def is_entry(frame: Frame, kind: str) -> bool:
    return bool(frame["frame"] == "entry" and frame["type"] == kind)
