"""The lab's results as tables: every contest for the terminal, one line per rival for the README."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.files import replace_between
from bench.lab.contests import OTHER_WAY, USED
from bench.markdown import markdown_table
from bench.report import aligned
from bench.timing import geometric_mean

BEGIN, END = "<!-- lab:begin -->", "<!-- lab:end -->"
# Per family: the kernel in use, and one line on each rival.
WHY: dict[str, tuple[str, dict[str, str]]] = {
    "linear columns": (
        "lane table: one byte permute per block, then the 16-bit identity; below VBMI a 16-byte shuffle, and pixel "
        "pairs where blocks have few lanes",
        {
            "plain loop": "pixel by pixel: the compiler finds nothing to vectorise",
            "pixel loads, madd": "one load, one multiply and one store per pixel however few bytes it has",
            "pixel pairs": "one store per two pixels, otherwise the same; with 16-byte shuffles a block is no more "
            "than that, so this wins for four channels",
            "lanes": "a window of 16 bytes holds little more than the taps of one pixel",
            "hardware gathers": "fetches element by element inside the processor, and 32-bit products",
            "16-byte shuffles": "a quarter of the window, so many more and shorter blocks",
            "one register": "half the window: shorter blocks; shrinking this much fills the whole one",
            "both registers": "a second load and a permute with two inputs, for bytes no lane wants",
        },
    ),
    "linear columns, steep": (
        "lane table, or pixel pairs of three and four channels where too few lanes share a window",
        {
            "plain loop": "as above",
            "pixel loads, madd": "wins over lanes once a block is hardly more than a pixel; twice the stores of pairs",
            "pixel pairs": "wins where blocks are shorter still, though it has no two rows at once",
            "lanes": "a block per pixel, most of it empty",
            "hardware gathers": "a match for pixel loads with one channel only",
            "16-byte shuffles": "a block per pixel: better where the wide table has no more in a block either",
            "one register": "halves blocks that are short already",
            "both registers": "as above",
        },
    ),
    "lanczos columns": (
        "lane table: four taps a time, weights in two base-256 digits (word pairs below VBMI)",
        {
            "plain loop": "eight products per sample, one after the other",
            "int16 pairs, pmaddwd": "as many multiplies as digits need, but twice the permutes and an addition each",
            "int16 pairs, vpdpwssd": "saves the addition, but then every product waits for the one before",
            "16-byte shuffles": "a quarter of the lanes per instruction",
        },
    ),
    "area columns": (
        "lane table: bytes are permuted and widened tap by tap, the index advances (below VBMI the window moves, and "
        "AVX-512 widens first)",
        {
            "plain loop": "a sum per sample, whose additions wait for each other",
            "moving window": "two loads per tap instead of one addition to the index",
            "widened first": "writes and reads four times the bytes, and a window of floats holds a quarter of them",
        },
    ),
    "two rows, linear": (
        "two source rows by one lane table: the vertical pass wants neighbours anyway",
        {"plain loop": "as for one row", "one row at a time": "index and weights are half of what a block loads"},
    ),
    "two rows, lanczos": (
        "the same",
        {"plain loop": "as for one row", "one row at a time": "four registers of weights per block, for each row"},
    ),
    "two rows, Pillow": (
        "the same",
        {"plain loop": "as for one row", "one row at a time": "three registers of weights per four taps, for each row"},
    ),
    "two rows, area": (
        "the same",
        {"plain loop": "as for one row", "one row at a time": "a register of weights per tap, for each row"},
    ),
    "two rows, words": (
        "the same",
        {
            "plain loop": "as for one row",
            "one row at a time": "the same; less to gain, as permute and conversion of each row remain",
        },
    ),
    "two rows, floats": (
        "the same",
        {
            "plain loop": "as for one row",
            "one row at a time": "the same; least to gain where windows of two registers move, whose loads are not "
            "shared",
        },
    ),
    "four rows, area": (
        "four source rows by one lane table, where four taps or narrow rows make up for rings of so many rows",
        {"two rows at a time": "index and weights are read twice, from the second cache where rows are wide"},
    ),
    "four rows, words": ("the same for eight taps", {"two rows at a time": "as for area"}),
    "four rows, floats": ("the same for three taps and more", {"two rows at a time": "as for area"}),
    "float columns, 8 taps": (
        "lane table: one permute across two registers per tap",
        {
            "plain loop": "as for area columns",
            "pixel by pixel": "a quarter of the lanes, but no permutes and no tables: wins where blocks have few "
            "lanes, so a candidate for shrinks of one row at a time",
        },
    ),
    "float columns, antialiased": (
        "the same, with a mask per tap that ends each lane's sum",
        {
            "plain loop": "as for area columns",
            "pixel by pixel": "no output has all the taps that there is room for, so nothing but its plain loop runs",
        },
    ),
    "windows of floats": (
        "both passes in one kernel, by lanes or, where blocks have few lanes, pixel by pixel",
        {
            "plain loop": "a pass over memory for each axis, the second sample by sample",
            "blend, then lanes": "the row between is written and read, with columns that nobody needs",
            "blend, then pixel pairs": "the same",
            "by lanes": "blends whole windows for the few lanes of a block",
            "pixel by pixel": "a pixel of two taps fills half a register, one of four all of it; at best a tie, with "
            "two taps of four channels, which fill it best",
        },
    ),
    "two output rows": (
        "two output rows by the same lane tables, source rows that both need loaded once",
        {"one output row at a time": "loads the tables twice, and the rows that are common"},
    ),
    "windows of words": (
        "the same, pixel by pixel, from 16 bits and back in registers",
        {
            "plain loop": "as above",
            "blend, then lanes": "the row between is floats, twice the bytes, and so is the one that is narrowed",
            "blend, then pixel pairs": "the same",
        },
    ),
    "linear blend": (
        "16-bit multiply-high of int16 rows, what is left of whole vectors too (below AVX-512 the plain loop, in which "
        "the compiler finds it)",
        {
            "plain loop": "the same instructions, but the last columns through scratch",
            "int32 loop": "a tie: each product is shifted by 16 at once, so the compiler narrows this by itself",
            "int32 rows": "twice the bytes and real 32-bit products: why the first pass already shifts by 4",
        },
    ),
    "fixed-point blend": (
        "sums of 64 columns packed with saturation, pointers and weights in locals (below AVX-512 the plain loop)",
        {
            "plain loop": "as for the linear blend; results are clipped one by one instead of packed",
            "row pointers in the loop": "the result might alias the pointers, so nothing is vectorised",
        },
    ),
    "Pillow's blend": (
        "four rows interleaved, weights in three base-256 digits (a byte and a word below VBMI, see pillow.pxi)",
        {
            "widening multiply": "32-bit products of widened bytes: a quarter of the lanes, and sums go through memory",
            "weights of two words": "two products of words where one of bytes does for the upper half, whose sums may "
            "wrap; in AVX2 at every level",
        },
    ),
    "blend of floats to bytes": (
        "sums of 64 packed with saturation, one permute to put them in order, one store",
        {
            "plain loop": "clamps in floats before it converts; with more than two rows sums go through memory",
            "16 at a time": "a narrowing and a store for every 16; tells with two rows, as more rows are more to load",
        },
    ),
    "blend of floats to words": (
        "the same, sums of 32",
        {
            "plain loop": "as above",
            "16 at a time": "half as many of them as for bytes: a tie but for two rows",
        },
    ),
    "rows of the ring to four output rows": (
        "strips of 16 kB of ring rows, of every output row in turn: what the first has read is near for the others",
        {
            "row by row": "each output row brings all of them from the second cache again",
            "strips of 128 columns": "a call for each, which costs more than smaller strips save",
        },
    ),
    "nearest": (
        "lane table: one byte permute (16-byte shuffle below VBMI) per block",
        {
            "memcpy per pixel": "two stores for three bytes",
            "overlapping 4-byte copies": "one load and one store per pixel, which a shuffle of 16 bytes hardly beats "
            "when shrinking",
            "16-byte shuffles": "a quarter of the window",
        },
    ),
    "nearest, 4 bytes": (
        "lane table: one permute of floats per block",
        {
            "memcpy per pixel": "a load of the index, one of the pixel and a store for each",
            "hardware gathers": "the same loads inside the processor; close where that has fast ones",
            "permutes of bytes": "the same window; two registers of bytes take three operations on some processors, "
            "and below VBMI there are 16 bytes only",
        },
    ),
    "result rows, known pages": (
        "through the caches, unless the result is too large for the last one to keep: there past the caches",
        {
            OTHER_WAY: "results that the caches keep have to be fetched again; of larger ones lines are read before "
            "they are written, and push others out",
        },
    ),
    "result rows, new pages": (
        "through the caches where every call gets pages of its own, otherwise as for known ones",
        {OTHER_WAY: "the system has just zeroed the page in the cache, and the store past it drives it out"},
    ),
    "prefetch": (
        "the row that the next call wants, into the second-level cache",
        {
            "no prefetch": "hardware follows a row, not the next one; skipped rows leave little to find",
            "2 kB along the row": "late at the start of every row, and the row's end is fetched by hardware anyway",
            "the row below": "where rows are skipped it fetches some that nobody reads",
        },
    ),
}


def ratios(contests: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[float]]:
    """(family, rival) to its least times over those of the kernel in use, one per contest."""
    found: dict[tuple[str, str], list[float]] = {}
    for contest in contests:
        used = contest["entrants"][USED]["least"]
        for name, entry in contest["entrants"].items():
            if name != USED:
                found.setdefault((contest["family"], name), []).append(entry["least"] / used)
    return found


def terminal(result: Mapping[str, Any]) -> str:
    """Every contest: microseconds, and times as long as the kernel in use."""
    table = [("level", "job", "case", "C", "kernel", "least us", "median us", "ratio")]
    for isa, contests in result["levels"].items():
        for contest in contests:
            used = contest["entrants"][USED]["least"]
            for name, entry in sorted(contest["entrants"].items(), key=lambda item: item[1]["least"]):
                times = f"{entry['least']:.3f}", f"{entry['median']:.3f}", f"{entry['least'] / used:.2f}"
                label = contest["family"], contest["case"], str(contest["channels"] or "-")
                table.append((isa, *label, name, *times))
    return "\n".join(aligned(table, frozenset({0, 1, 2, 4})))


def spread(values: Sequence[float] | None) -> str:
    """Mean ratio, and the least and most where they differ."""
    if not values:
        return ""
    low, mean, high = (f"{value:.2f}" for value in (min(values), geometric_mean(values), max(values)))
    return mean if low == high else f"{mean} ({low}..{high})"


def markdown(result: Mapping[str, Any]) -> str:
    """The README's table, without its markers."""
    found = {isa: ratios(contests) for isa, contests in result["levels"].items()}
    e = result["environment"]
    table = [("job", "kernel", *found, "why")]
    for family, (used, rivals) in WHY.items():
        table.append((family, "**in use**", *("1" for _ in found), used))
        for name, reason in rivals.items():
            columns = [spread(at.get((family, name))) for at in found.values()]
            if any(columns):
                table.append(("", name, *columns, reason))
    rule = markdown_table(table)
    rule[1] = "| " + " | ".join(["---", "---", *("--:" for _ in found), "---"]) + " |"
    lines = [f"{e['cpu']}, {', '.join(e['caches'])}; {e['compiler']}; {result['note']}.", ""]
    return "\n".join(lines + rule)


def write_readme(path: Path, text: str) -> None:
    """Replace what stands between the markers of ``path``; ValueError unless both stand there once, in order."""
    replace_between(path, BEGIN, END, text)
