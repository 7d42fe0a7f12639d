"""Pages for the tests of reports, and what is in them."""

from html.parser import HTMLParser

from sgq.report.page import sweep_page


def page_of(runs, **changed):
    arguments = {"title": "Two solvers", "specification": "n = 32", "versions": {"sgq": "0.1"}, "expected": 1000}
    return sweep_page(runs, **arguments | changed)


class Elements(HTMLParser):
    """Tags with their attributes, the texts of table cells row by row, and every text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.tables, self.text, self.in_cell = [], [], "", False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data):
        self.text += data
        if self.in_cell:
            self.tables[-1][-1][-1] += data

    def named(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def cells(page, table=1):
    """Rows of a table as dictionaries; the versions are table 0."""
    headings, *rows = Elements(page).tables[table]
    return [dict(zip(headings, row, strict=True)) for row in rows]
