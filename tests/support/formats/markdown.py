"""Parses Markdown on standard input as GitHub does, and prints what it comes to, as JSON: the rows of each table, the
HTML, the links and images, the code, and the text that is none of these, in which GitHub looks for names and numbers.
"""

import json
import sys

from markdown_it import MarkdownIt


def main():
    tokens = MarkdownIt("gfm-like").parse(sys.stdin.buffer.read().decode())
    found = {"tables": [], "headings": 0, "html": [], "links": [], "images": [], "code": [], "text": []}
    for token in tokens:
        if token.type == "table_open":
            found["tables"].append([])
        elif token.type == "tr_open":
            found["tables"][-1].append(0)
        elif token.type in ("th_open", "td_open"):
            found["tables"][-1][-1] += 1
        elif token.type == "heading_open":
            found["headings"] += 1
        elif token.type == "html_block":
            found["html"].append(token.content)
        elif token.type in ("code_block", "fence"):
            found["code"].append(token.content)
        for child in token.children or []:
            if child.type == "html_inline":
                found["html"].append(child.content)
            elif child.type == "link_open":
                found["links"].append(child.attrs["href"])
            elif child.type == "image":
                found["images"].append(child.attrs["src"])
            elif child.type == "code_inline":
                found["code"].append(child.content)
            elif child.type in ("text", "text_special"):
                found["text"].append(child.content)
    json.dump(found, sys.stdout)


main()
