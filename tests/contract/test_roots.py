"""What every root key promises: in a file, in a Vault, in a hardware module."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.vaults import LABEL, PIN, TOKEN, FakeVault

from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.roots.file import FILE, FileRoot, read_root, write_root
from fairtag.adapters.roots.pkcs11 import Pkcs11Root
from fairtag.adapters.roots.transit import TransitRoot
from fairtag.custody.refusals import RootRefused, RootUnreachable
from fairtag.custody.root import Root, is_of, new_check
from fairtag.terms.errors import SealBroken

KEY, CONTEXT = bytes(range(32)), b"authority/ho"

Make = Callable[[str], Root]


def transit(vault: FakeVault, key: str = "root", token: str = TOKEN, **told: object) -> TransitRoot:
    told = {"timeout_s": 2.0, "waits_s": (0.01, 0.02)} | told
    return TransitRoot(key, address=vault.address, token=token, **told)  # type: ignore[arg-type]


@pytest.fixture(params=["file", "transit", "pkcs11"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Give what opens a root by its key's name, `root` or `other`."""
    made: list[Root] = []
    files = {name: os.urandom(32) for name in ("root", "other")}

    def of_file(name: str) -> Root:
        return FileRoot(files[name], chance=os.urandom)

    def of_vault(name: str) -> Root:
        vault: FakeVault = request.getfixturevalue("vault")
        if name not in vault.keys:
            vault.make(name)
        return transit(vault, name)

    def of_module(name: str) -> Root:
        module = request.getfixturevalue("module")
        return Pkcs11Root(f"{LABEL}/{name}", module=module, pin=PIN, chance=os.urandom)

    def one(name: str) -> Root:
        kinds = {"file": of_file, "transit": of_vault, "pkcs11": of_module}
        made.append(kinds[request.param](name))
        return made[-1]

    yield one
    for root in made:
        root.close()


class TestEveryRoot:
    def test_gives_back_what_it_wrapped(self, make: Make) -> None:
        root = make("root")
        wrapped = root.wrap(KEY, context=CONTEXT)
        assert root.unwrap(wrapped, context=CONTEXT) == KEY
        assert KEY not in wrapped

    def test_never_wraps_twice_alike(self, make: Make) -> None:
        root = make("root")
        assert root.wrap(KEY, context=CONTEXT) != root.wrap(KEY, context=CONTEXT)

    def test_binds_a_key_to_its_context(self, make: Make) -> None:
        root = make("root")
        wrapped = root.wrap(KEY, context=CONTEXT)
        with pytest.raises(SealBroken):
            root.unwrap(wrapped, context=b"authority/other")

    @pytest.mark.parametrize("place", [0, 9, 20, -1])
    def test_refuses_a_changed_byte(self, make: Make, place: int) -> None:
        root = make("root")
        wrapped = bytearray(root.wrap(KEY, context=CONTEXT))
        wrapped[place] ^= 1
        with pytest.raises(SealBroken):
            root.unwrap(bytes(wrapped), context=CONTEXT)

    @pytest.mark.parametrize("junk", [b"", b"x", b"vault:v9:AAAA", b"\xff" * 60])
    def test_refuses_what_it_never_wrapped(self, make: Make, junk: bytes) -> None:
        with pytest.raises(SealBroken):
            make("root").unwrap(junk, context=CONTEXT)

    def test_is_told_from_another_one_by_its_check(self, make: Make) -> None:
        root, other = make("root"), make("other")
        check = new_check(root, os.urandom(32))
        assert is_of(root, check)
        assert not is_of(other, check)
        assert len(check.value) == 14

    def test_a_keystore_opens_under_it_and_under_no_other(self, make: Make, tmp_path: Path) -> None:
        keys = KeyStore(tmp_path, chance=os.urandom, root=make("root"))
        keys.make_many([("authority/ho", None), ("wearer/W-1", "authority/ho")])
        before = keys.key("wearer/W-1", create=False)
        keys.close()

        again = KeyStore(tmp_path, chance=os.urandom, root=make("root"))
        assert again.key("wearer/W-1", create=False) == before
        again.close()
        with pytest.raises(RootRefused, match="key check"):
            KeyStore(tmp_path, chance=os.urandom, root=make("other"))

    def test_is_asked_once_an_authority_and_start(self, make: Make, tmp_path: Path) -> None:
        keys = KeyStore(tmp_path, chance=os.urandom, root=make("root"))
        keys.make_many([("authority/ho", None), ("authority/gmp", None)])
        keys.close()

        counting = Counting(make("root"))
        again = KeyStore(tmp_path, chance=os.urandom, root=counting)
        at_start = counting.unwrapped
        for number in range(5):
            for above in ("authority/ho", "authority/gmp"):
                again.key(f"wearer/{above}/{number}", above=above, create=True)
        again.close()
        assert at_start == 3  # the check and two authorities
        assert counting.unwrapped == at_start


class Counting:
    """A root that counts how often it is asked."""

    def __init__(self, root: Root) -> None:
        self.root, self.name, self.unwrapped = root, root.name, 0

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        return self.root.wrap(key, context=context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        self.unwrapped += 1
        return self.root.unwrap(wrapped, context=context)

    def close(self) -> None:
        """The fixture closes it."""


class TestAVault:
    def test_is_asked_again_while_it_is_away(self, vault: FakeVault) -> None:
        vault.make("root")
        root = transit(vault)
        vault.fail_next = 2
        wrapped = root.wrap(KEY, context=CONTEXT)
        assert wrapped.startswith(b"vault:v1:")
        assert len(vault.asked) == 3
        root.close()

    def test_that_is_sealed_is_no_wrong_root(self, vault: FakeVault) -> None:
        vault.make("root")
        root = transit(vault)
        check = new_check(root, os.urandom(32))
        vault.is_sealed = True
        with pytest.raises(RootUnreachable, match="unsealed"):
            is_of(root, check)
        root.close()

    def test_that_hangs_does_not_hang_us(self, vault: FakeVault) -> None:
        vault.make("root")
        vault.hang_s = 60.0
        root = transit(vault, timeout_s=0.1)
        begun = time.perf_counter()
        with pytest.raises(RootUnreachable, match="Timeout"):
            root.wrap(KEY, context=CONTEXT)
        assert time.perf_counter() - begun < 30
        root.close()

    def test_that_is_not_there_is_unreachable(self) -> None:
        root = TransitRoot("root", address="http://127.0.0.1:9", token=TOKEN, waits_s=())
        with pytest.raises(RootUnreachable):
            root.wrap(KEY, context=CONTEXT)
        root.close()

    @pytest.mark.parametrize(
        ("key", "token"), [("root", "wrong"), ("absent", TOKEN), ("elsewhere/root", TOKEN)]
    )
    def test_that_refuses_is_told_as_refusal(self, vault: FakeVault, key: str, token: str) -> None:
        vault.make("root")
        root = transit(vault, key, token)
        with pytest.raises(RootRefused):
            root.wrap(KEY, context=CONTEXT)
        assert len(vault.asked) == 1  # asking again would not help
        root.close()

    def test_with_a_newer_version_opens_what_the_old_one_wrapped(self, vault: FakeVault) -> None:
        vault.make("root")
        root = transit(vault)
        wrapped = root.wrap(KEY, context=CONTEXT)
        vault.make("root")
        assert root.unwrap(wrapped, context=CONTEXT) == KEY
        assert root.wrap(KEY, context=CONTEXT).startswith(b"vault:v2:")
        root.close()

    def test_that_binds_nothing_is_refused(self, vault: FakeVault) -> None:
        """Negative control: an old Vault drops the associated data without a word."""
        vault.make("root")
        vault.ignores_context = True
        root = transit(vault)
        with pytest.raises(RootRefused, match="does not bind"):
            new_check(root, os.urandom(32))
        root.close()

    def test_is_only_asked_to_encrypt_and_decrypt(self, vault: FakeVault, tmp_path: Path) -> None:
        vault.make("root")
        keys = KeyStore(tmp_path, chance=os.urandom, root=transit(vault))
        keys.make_many([("authority/ho", None)])
        keys.close()
        assert {path.split("/")[3] for path in vault.asked} == {"encrypt", "decrypt"}
        (key,) = vault.keys["root"]
        assert all(key not in path.read_bytes() for path in tmp_path.iterdir())

    def test_needs_its_settings(self) -> None:
        with pytest.raises(RootRefused, match="FAIRTAG_VAULT_ADDRESS"):
            TransitRoot("root", address="", token=TOKEN)


class TestAModule:
    def test_key_that_could_leave_is_refused(self, module: str) -> None:
        with pytest.raises(RootRefused, match="could leave"):
            Pkcs11Root(f"{LABEL}/leaky", module=module, pin=PIN, chance=os.urandom)

    @pytest.mark.parametrize(
        ("place", "pin"), [("nobody/root", PIN), (f"{LABEL}/nothing", PIN), (f"{LABEL}/root", "1")]
    )
    def test_labels_and_pin_must_be_right(self, module: str, place: str, pin: str) -> None:
        with pytest.raises(RootRefused, match="labels and the PIN"):
            Pkcs11Root(place, module=module, pin=pin, chance=os.urandom)

    def test_that_is_not_there_is_unreachable(self, tmp_path: Path) -> None:
        with pytest.raises(RootUnreachable):
            Pkcs11Root("a/b", module=str(tmp_path / "no.so"), pin=PIN, chance=os.urandom)

    def test_session_that_was_lost_is_opened_again(self, module: str) -> None:
        root = Pkcs11Root(f"{LABEL}/root", module=module, pin=PIN, chance=os.urandom)
        wrapped = root.wrap(KEY, context=CONTEXT)
        root._session.close()
        assert root.unwrap(wrapped, context=CONTEXT) == KEY
        root.close()

    def test_needs_its_settings(self) -> None:
        with pytest.raises(RootRefused, match="FAIRTAG_PKCS11_MODULE"):
            Pkcs11Root("a/b", module="", pin="", chance=os.urandom)


WITHOUT_HVAC = """
from fairtag.adapters.roots.transit import TransitRoot
TransitRoot("k", address="http://127.0.0.1", token="t")
"""
WITHOUT_PKCS11 = """
from fairtag.adapters.roots.pkcs11 import Pkcs11Root
Pkcs11Root("a/b", module="m", pin="p", chance=None)
"""


@pytest.mark.parametrize(
    ("absent", "opened", "extra"),
    [
        ("hvac", WITHOUT_HVAC, "fairtag[vault]"),
        ("pkcs11", WITHOUT_PKCS11, "fairtag[hsm]"),
    ],
)
def test_an_extra_that_is_missing_is_named(absent: str, opened: str, extra: str) -> None:
    code = f"import sys; sys.modules[{absent!r}] = None{opened}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"install {extra}" in done.stderr
    assert "RootRefused" in done.stderr


class TestAFile:
    def test_that_others_may_read_is_refused(self, tmp_path: Path) -> None:
        write_root(tmp_path / FILE, KEY)
        assert read_root(tmp_path / FILE) == KEY
        (tmp_path / FILE).chmod(0o640)
        with pytest.raises(RootRefused, match="chmod 600"):
            read_root(tmp_path / FILE)

    def test_is_never_written_over(self, tmp_path: Path) -> None:
        write_root(tmp_path / FILE, KEY)
        write_root(tmp_path / FILE, os.urandom(32))
        assert read_root(tmp_path / FILE) == KEY
        assert [path.name for path in tmp_path.iterdir()] == [FILE]

    def test_has_32_bytes(self) -> None:
        with pytest.raises(RootRefused, match="16"):
            FileRoot(bytes(16), chance=os.urandom)
