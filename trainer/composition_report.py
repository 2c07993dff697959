"""The composition of a prepared folder for people: Markdown with pictures beside it, and one HTML page with all."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from trainer.composition import LEFT_OUT, Composition
from trainer.drawing import figure, svg

# Labels that are shown for a task; the rest is summed up.
_LABELS = 16
# Light enough for black letters on them.
_COLOURS = ("#56b4e9", "#e69f00", "#66c2a5", "#cc79a7", "#f0e442", "#e9967a", "#8da0cb", "#b3b3b3")

Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def write(found: Composition, folder: Path) -> list[Path]:
    """Write `composition.md`, its pictures (SVG) and `composition.html` to `folder`; the paths written.

    Raises UsageError where matplotlib, which draws, is not installed.
    """
    pictures = {
        "tokens": ("Tokens by task and source", _tokens(found)),
        "lengths": ("Lengths of samples in tokens", _lengths(found)),
        "labels": ("Labels by task", _labels(found)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (_, drawn) in pictures.items():
        path = folder / f"{name}.svg"
        path.write_text(drawn, "utf-8")
        written.append(path)
    title = f"Composition of the mixture {found.mixture}"
    sections = _sections(found)
    markdown = [f"# {title}", "", f"Fingerprint `{found.fingerprint}`, {found.tokens:,} training tokens.", ""]
    page = [f"<h1>{html.escape(title)}</h1>", f"<p>Fingerprint <code>{found.fingerprint}</code>, "
            f"{found.tokens:,} training tokens.</p>"]  # fmt: skip
    for heading, said, table, picture in sections:
        markdown += [f"## {heading}", "", said, ""]
        page += [f"<h2>{html.escape(heading)}</h2>", f"<p>{html.escape(said)}</p>"]
        if picture:
            markdown += [f"![{pictures[picture][0]}]({picture}.svg)", ""]
            page.append(f"<figure>{pictures[picture][1]}</figure>")
        markdown += [*_markdown(table), ""]
        page.append(_html(table))
    for name, text in (("composition.md", "\n".join(markdown)), ("composition.html", _page(title, page))):
        (folder / name).write_text(text, "utf-8")
        written.append(folder / name)
    return written


def _sections(found: Composition) -> list[tuple[str, str, Table, str]]:
    return [
        (
            "What it is made of",
            "Training samples by source and task. A decision is a token that the model has a say in; the loss is on "
            "these alone.",
            _made_of(found),
            "tokens",
        ),
        (
            "Lengths",
            f"Tokens a sample. Longer ones than {found.context:,} were left out, not cut."
            if found.context
            else "Tokens a sample.",
            _length_table(found),
            "lengths",
        ),
        ("Labels", "How often each label is the right answer in training.", _label_table(found), "labels"),
        (
            "Left out",
            "Of the training split: over the context, the same as another sample, nearly the same as one of another "
            "document, and found in a development text of any source.",
            _left_out(found),
            "",
        ),
        ("Terms", "Whether weights that were trained on a source may be given away.", _terms(found), ""),
    ]


def _made_of(found: Composition) -> Table:
    rows = [
        [
            part.task,
            part.source,
            f"{part.samples:,}",
            f"{part.tokens:,}",
            f"{part.tokens / max(found.tokens, 1):.1%}",
            f"{part.decisions:,}",
            f"{part.dev_samples:,}",
        ]
        for task in found.tasks
        for part in found.of(task)
    ]
    total = [sum(getattr(part, name) for part in found.parts) for name in ("samples", "tokens", "decisions")]
    dev = sum(part.dev_samples for part in found.parts)
    rows.append(["all", "", f"{total[0]:,}", f"{total[1]:,}", "100%", f"{total[2]:,}", f"{dev:,}"])
    return ("task", "source", "samples", "tokens", "share", "decisions", "development samples"), rows


def _length_table(found: Composition) -> Table:
    rows = [
        [part.name, *(f"{part.length(share):,}" for share in (0.0, 0.5, 0.95, 1.0)), f"{part.left_out['long']:,}"]
        for part in found.parts
    ]
    return ("source and task", "shortest", "half up to", "95% up to", "longest", "left out"), rows


def _label_table(found: Composition) -> Table:
    rows = []
    for task, counts in found.labels.items():
        total = sum(counts.values())
        for label, count in list(counts.items())[:_LABELS]:
            rows.append([task, label, f"{count:,}", f"{count / total:.1%}"])
        rest = list(counts.values())[_LABELS:]
        if rest:
            rows.append([task, f"{len(rest)} more", f"{sum(rest):,}", f"{sum(rest) / total:.1%}"])
    return ("task", "label", "answers", "share"), rows


def _left_out(found: Composition) -> Table:
    return ("source and task", *LEFT_OUT), [
        [part.name, *(f"{part.left_out[reason]:,}" for reason in LEFT_OUT)] for part in found.parts
    ]


def _terms(found: Composition) -> Table:
    return ("source", "terms", "weights may be given away"), [
        [source, stated, "yes" if free else "not without asking"] for source, (stated, free) in found.licences.items()
    ]


def _markdown(table: Table) -> list[str]:
    head, rows = table
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]


def _html(table: Table) -> str:
    head, rows = table
    cells = "".join(f"<th>{html.escape(one)}</th>" for one in head)
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def _page(title: str, body: Sequence[str]) -> str:
    style = (
        "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
        "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .7rem;border-bottom:1px solid #ddd;"
        "text-align:left;font-variant-numeric:tabular-nums}figure{margin:1rem 0}svg{max-width:100%;height:auto}"
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{style}</style>{''.join(body)}</html>\n"
    )


def _tokens(found: Composition) -> str:
    drawn, axes = figure(8, 1.2 + 0.5 * len(found.tasks))
    sources = list(found.licences)
    for row, task in enumerate(found.tasks):
        left = 0
        for part in sorted(found.of(task), key=lambda part: -part.tokens):
            colour = _COLOURS[sources.index(part.source) % len(_COLOURS)]
            axes.barh(row, part.tokens, left=left, color=colour, edgecolor="white")
            if part.tokens > 0.06 * found.tokens:
                axes.text(left + part.tokens / 2, row, part.source, ha="center", va="center", fontsize=7)
            left += part.tokens
    axes.set_yticks(range(len(found.tasks)), found.tasks)
    axes.invert_yaxis()
    axes.set_xlabel("training tokens")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    return svg(drawn)


def _lengths(found: Composition) -> str:
    drawn, axes = figure(8, 3)
    longest = max((part.length(1.0) for part in found.parts), default=1)
    edges = [longest * step / 40 for step in range(41)]
    tasks = found.tasks
    values = [[length for part in found.of(task) for length in part.lengths] for task in tasks]
    colours = [_COLOURS[number % len(_COLOURS)] for number in range(len(tasks))]
    axes.hist(values, bins=edges, stacked=True, label=tasks, color=colours)
    axes.set(xlabel="tokens", ylabel="samples")
    axes.legend(frameon=False, fontsize=8)
    return svg(drawn)


def _labels(found: Composition) -> str:
    rows = [
        (f"{task}  {label}", count / sum(counts.values()))
        for task, counts in found.labels.items()
        for label, count in list(counts.items())[:_LABELS]
    ]
    drawn, axes = figure(8, 1 + 0.18 * len(rows))
    tasks = list(found.labels)
    colours = [_COLOURS[tasks.index(name.split("  ")[0]) % len(_COLOURS)] for name, _ in rows]
    axes.barh(range(len(rows)), [share for _, share in rows], color=colours)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows], fontsize=7)
    axes.invert_yaxis()
    axes.set(xlabel="share of the task's answers", xscale="log" if rows else "linear")
    return svg(drawn)
