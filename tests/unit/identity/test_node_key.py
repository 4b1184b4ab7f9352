"""The key with which this node signs what it says of itself."""

from pathlib import Path

import pytest

from folkmoot.identity.node_key import NodeKey
from folkmoot.protocol.signing import is_signed
from folkmoot.protocol.statements import drain_statement
from folkmoot.store.errors import StoreError
from folkmoot.store.secret_files import load_node_seed


def test_a_drain_is_signed_for_this_life_of_the_node_and_for_no_other() -> None:
    now, then = NodeKey(bytes(32)), NodeKey(bytes(32))
    drain = now.sign_drain(5)
    assert now.public == then.public
    for node, at_ms, is_good in ((now, 5, True), (then, 5, False), (now, 6, False)):
        statement = drain_statement(node.public, node.run, at_ms)
        assert is_signed(node.public, statement, drain.signature) is is_good


def test_the_seed_stays_the_same_and_only_the_servers_user_reads_it(tmp_path: Path) -> None:
    seed = load_node_seed(tmp_path)
    assert load_node_seed(tmp_path) == seed
    file = tmp_path / "keys" / "node.key"
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("not a seed\n")
    with pytest.raises(StoreError):
        load_node_seed(tmp_path)
