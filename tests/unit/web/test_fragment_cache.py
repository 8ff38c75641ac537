"""The store behind fragments: bounded, exact about changes, one build at a time."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.web.fragment_cache import LIMIT_ADDRESSES, FragmentCache
from engagement_widgets.web.representation import OVERHEAD_BYTES, Representation


def _made(text: str = "x") -> Representation:
    return Representation(text.encode(), content_type="text/html", headers=())


ONE = _made().size


def _store(cache: FragmentCache, key: str, *topics: str) -> Representation:
    build, new = cache.begin(key, topics)
    assert new
    made = _made(key)
    cache.finish(build, made)
    return made


def test_what_was_built_is_found_until_its_topic_changes() -> None:
    """Exactly the fragments of the topic go; the star takes everything."""
    cache = FragmentCache(1 << 20)
    first, second = _store(cache, "a", "page-1", "site"), _store(cache, "b", "page-2", "site")
    cache.drop({"page-1"})
    assert cache.get("a") is None
    assert cache.get("b") is second
    cache.drop({"page-3"})
    assert cache.get("b") is second
    first = _store(cache, "a", "page-1", "site")
    assert cache.get("a") is first
    cache.drop({"*"})
    assert cache.get("a") is cache.get("b") is None


def test_a_build_dropped_meanwhile_is_served_once_and_not_stored() -> None:
    """The change may or may not be in what was read, so nobody after it may get those bytes."""
    cache = FragmentCache(1 << 20)
    build, _ = cache.begin("a", ("page-1",))
    cache.drop({"page-1"})
    again, new = cache.begin("a", ("page-1",))
    assert new, "a reader who comes after the change must not join the build from before it"
    cache.finish(build, _made("old"))
    assert build.future.result().body == b"old"
    assert cache.get("a") is None
    cache.finish(again, _made("new"))
    stored = cache.get("a")
    assert stored is not None
    assert stored.body == b"new"


def test_a_stale_build_that_ends_last_does_not_replace_the_fresh_one() -> None:
    """The order of finishing does not matter, only the order of beginning."""
    cache = FragmentCache(1 << 20)
    old, _ = cache.begin("a", ("page-1",))
    cache.drop({"page-1"})
    new, _ = cache.begin("a", ("page-1",))
    cache.finish(new, _made("new"))
    cache.finish(old, _made("old"))
    stored = cache.get("a")
    assert stored is not None
    assert stored.body == b"new"


def test_one_build_for_all_who_wait() -> None:
    """Of many who ask at once, one is told to build."""
    cache = FragmentCache(1 << 20)
    begun = [cache.begin("a", ("t",)) for _ in range(10)]
    assert [new for _, new in begun] == [True] + [False] * 9
    assert len({id(build) for build, _ in begun}) == 1


def test_a_failed_build_is_told_and_tried_again() -> None:
    """An error is not kept."""
    cache = FragmentCache(1 << 20)
    build, _ = cache.begin("a", ("t",))
    cache.fail(build, ValueError("no"))
    assert isinstance(build.future.exception(), ValueError)
    assert cache.begin("a", ("t",))[1]


def test_the_one_that_was_read_longest_ago_goes_first() -> None:
    """Reading by key or by address keeps a fragment young."""
    cache = FragmentCache(3 * ONE)
    made = {key: _store(cache, key) for key in "abc"}
    cache.remember(("/a", b""), "a", made["a"])
    assert cache.at(("/a", b"")) is made["a"]
    assert cache.get("b") is made["b"]
    _store(cache, "d")
    assert cache.get("c") is None
    assert cache.get("a") is made["a"]


def test_what_is_larger_than_the_cache_is_served_and_not_stored() -> None:
    """A bound of zero switches the cache off."""
    cache = FragmentCache(0)
    build, _ = cache.begin("a", ("t",))
    cache.finish(build, _made())
    assert build.future.result().body == b"x"
    assert cache.get("a") is None


def test_addresses_are_few_and_go_with_their_fragment() -> None:
    """Endless spellings of one address take no memory, and none outlives a change."""
    cache = FragmentCache(1 << 20)
    made = _store(cache, "a", "t")
    for number in range(100):
        cache.remember(("/a", b"%d" % number), "a", made)
    known = [number for number in range(100) if cache.at(("/a", b"%d" % number))]
    assert len(known) == LIMIT_ADDRESSES
    cache.drop({"t"})
    assert not [number for number in range(100) if cache.at(("/a", b"%d" % number))]
    cache.remember(("/a", b"0"), "a", made)
    assert cache.at(("/a", b"0")) is None, "an answer from before the change must not be remembered after it"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.booleans()), max_size=200))
def test_the_bound_and_the_index_hold_after_anything(steps: list[tuple[int, int, bool]]) -> None:
    """After any mix of builds and changes: within the bytes, no stale entry, no leaked topic."""
    cache = FragmentCache(10 * ONE)
    for key, topic, changes in steps:
        if changes:
            cache.drop({str(topic)})
            assert not [k for k in range(31) if k % 6 == topic and cache.get(str(k))]
        else:
            build, _ = cache.begin(str(key), (str(key % 6),))
            cache.finish(build, _made("x" * key))
        kept = [made for k in range(31) if (made := cache.get(str(k)))]
        assert sum(made.size for made in kept) == cache._bytes <= 10 * ONE
        assert set(cache._stored) == {str(k % 6) for k in range(31) if cache.get(str(k))}
    assert not cache._building
    assert not cache._builds


def test_threads_do_not_trip_over_each_other() -> None:
    """Readers, builders and a writer that drops, all at once, leave the counts right."""
    cache = FragmentCache(20 * ONE)

    def build_and_read(seed: int) -> None:
        for number in range(300):
            key = str((seed * 7 + number) % 40)
            if cache.get(key) is None:
                build, mine = cache.begin(key, (str(number % 4),))
                if mine:
                    cache.finish(build, _made())
                    cache.remember((key, b""), key, build.future.result())
            cache.at((key, b""))
            if number % 10 == seed:
                cache.drop({str(number % 4)})

    threads = [threading.Thread(target=build_and_read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache._bytes == sum(entry.made.size for entry in cache._entries.values()) <= 20 * ONE
    assert set(cache._addresses.values()) <= set(cache._entries)


def test_a_stored_fragment_counts_both_encodings_and_its_headers() -> None:
    """The bound is on what is really held."""
    made = _made("y" * 1000)
    assert made.size == len(made.plain.body) + len(made.packed.body) + OVERHEAD_BYTES
