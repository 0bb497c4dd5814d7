/* Draws cells of a canvas as SVG elements.
 *
 * Words become text: one element for each run of cells with the same look, stretched to the grid, so that any
 * fixed-width font fits and everything can be selected and searched. Lines, boxes, bars and arrow heads become shapes,
 * so that they join without gaps in any font, including those that lack these characters. */
#include "export/svg.h"

#include <string.h>

enum { LIGHT = 1, HEAVY = 2, BASELINE = 15, MIDDLE_Y = CELL_HEIGHT / 2 };

/* The browser uses the first font that is installed. Each of them has all characters that are written as text. */
#define FONTS                                                                                                          \
	"'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,'Noto Sans Mono','Liberation Mono','Noto Sans Mono CJK "    \
	"SC',"                                                                                                         \
	"'PingFang SC','Microsoft YaHei','WenQuanYi Zen Hei Mono',monospace"

/* X(code point, weight of the arm to the left, right, up, down, dashed) */
#define LINES(X)                                                                                                       \
	X(0x2500, 1, 1, 0, 0, false)                                                                                   \
	X(0x2501, 2, 2, 0, 0, false)                                                                                   \
	X(0x2502, 0, 0, 1, 1, false)                                                                                   \
	X(0x2503, 0, 0, 2, 2, false)                                                                                   \
	X(0x250a, 0, 0, 1, 1, true)                                                                                    \
	X(0x250c, 0, 1, 0, 1, false)                                                                                   \
	X(0x2510, 1, 0, 0, 1, false)                                                                                   \
	X(0x2514, 0, 1, 1, 0, false)                                                                                   \
	X(0x2518, 1, 0, 1, 0, false)                                                                                   \
	X(0x250f, 0, 2, 0, 2, false)                                                                                   \
	X(0x2513, 2, 0, 0, 2, false)                                                                                   \
	X(0x2517, 0, 2, 2, 0, false)                                                                                   \
	X(0x251b, 2, 0, 2, 0, false)                                                                                   \
	X(0x251c, 0, 1, 1, 1, false)                                                                                   \
	X(0x2524, 1, 0, 1, 1, false)                                                                                   \
	X(0x252c, 1, 1, 0, 1, false)                                                                                   \
	X(0x252f, 2, 2, 0, 1, false)                                                                                   \
	X(0x2534, 1, 1, 1, 0, false)                                                                                   \
	X(0x253c, 1, 1, 1, 1, false)                                                                                   \
	X(0x254c, 1, 1, 0, 0, true)

/* X(code point, path from the cell's upper left corner, opacity). */
#define SHAPES(X)                                                                                                      \
	X(0x25ba, "m0 9.3h2v-3.3l7 4l-7 4v-3.3h-2z", "1")                                                              \
	X(0x25c4, "m9 9.3h-2v-3.3l-7 4l7 4v-3.3h2z", "1")                                                              \
	X(0x25b6, "m1 4l8 6l-8 6z", "1")                                                                               \
	X(0x25b2, "m0 15l4.5 -10l4.5 10z", "1")                                                                        \
	X(0x25bc, "m0 5l4.5 10l4.5 -10z", "1")                                                                         \
	X(0x25cf, "m0 10a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z", "1")                                                  \
	X(0x2588, "m0 4h9v12h-9z", "1")                                                                                \
	X(0x2593, "m0 4h9v12h-9z", "0.85")                                                                             \
	X(0x2591, "m0 4h9v12h-9z", "0.25")

struct line {
	uint32_t code_point;
	uint8_t arm[4]; /* left, right, up, down */
	bool dashed;
};

static const struct line *line_of(uint32_t code_point)
{
	static const struct line lines[] = {
#define X(code, left, right, up, down, dashed) {code, {left, right, up, down}, dashed},
	        LINES(X)
#undef X
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(lines); i++)
		if (lines[i].code_point == code_point)
			return &lines[i];
	return NULL;
}

struct shape {
	uint32_t code_point;
	const char *path, *opacity;
};

static const struct shape *shape_of(uint32_t code_point)
{
	static const struct shape shapes[] = {
#define X(code, path, opacity) {code, path, opacity},
	        SHAPES(X)
#undef X
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(shapes); i++)
		if (shapes[i].code_point == code_point)
			return &shapes[i];
	return NULL;
}

static void put_code_point(FILE *out, uint32_t code_point)
{
	char utf8[4];
	switch (code_point) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	default:
		if (!ws_printable(code_point) || (code_point & 0xfffe) == 0xfffe)
			code_point = '?';
		fwrite(utf8, 1, ws_utf8_encode(code_point, utf8), out);
	}
}

void svg_text(FILE *out, const char *utf8)
{
	char buffer[512];
	struct ws_text clean = WS_TEXT_OVER(buffer);
	ws_text_clean(&clean, utf8, strlen(utf8));
	for (size_t at = 0, used; at < clean.length; at += used) {
		uint32_t code_point;
		used = ws_utf8_decode(buffer + at, clean.length - at, &code_point);
		if (!used)
			break;
		put_code_point(out, code_point);
	}
}

/* ---- The document around the cells */

void svg_begin(FILE *out, int columns, int rows, enum ws_theme theme, const char *title)
{
	const bool light = theme == WS_THEME_LIGHT;
	if (theme == WS_THEME_ANY)
		theme = WS_THEME_DARK; /* unlike a terminal's, the background is known here */
	const char *background = light ? "#ffffff" : "#11161d", *foreground = light ? "#1f2630" : "#d5dbe3";
	const int width = columns * CELL_WIDTH + 2 * MARGIN, height = rows * CELL_HEIGHT + 2 * MARGIN;
	fprintf(out,
	        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
	        "role=\"img\" aria-labelledby=\"t\">\n<title id=\"t\">",
	        width, height, width, height);
	svg_text(out, title);
	fputs("</title>\n<style>\n"
	      "text{font:15px " FONTS ";white-space:pre;unicode-bidi:bidi-override;direction:ltr}\n"
	      ".z{letter-spacing:3px}\n" /* two cells less the font's size, which is a wide character's width */
	      ".b{font-weight:bold}\n.l,.h,.d{fill:none}\n.l,.d{stroke-width:1.4}\n.h{stroke-width:2.6}\n"
	      ".d{stroke-dasharray:4 3}\n",
	      out);
	fprintf(out, ".g{fill:%s}\n", background);
	for (int style = 0; style < WS_STYLE_COUNT; style++) {
		const struct ws_look look = ws_style_look(theme, (enum ws_style)style);
		char colour[8];
		snprintf(colour, sizeof(colour), "#%06x", (unsigned)ws_colour_rgb(look.of_256));
		const char *own = look.of_256 < 0 ? foreground : colour;
		fprintf(out, ".c%d{fill:%s}.s%d{stroke:%s}\n", style, own, style, own);
	}
	fprintf(out, ".i{fill:%s;stroke:%s}text.i{stroke:none}\n", background, background);
}

void svg_body(FILE *out)
{
	fprintf(out,
	        "</style>\n<rect class=\"g\" width=\"100%%\" height=\"100%%\" rx=\"12\"/>\n"
	        "<g transform=\"translate(%d %d)\">\n",
	        MARGIN, MARGIN);
}

void svg_end(FILE *out)
{
	fputs("</g>\n</svg>\n", out);
}

/* ---- Runs of cells with the same look */

struct run {
	const struct ws_cell *cells; /* of the whole row */
	int columns, from, to, y;
	uint8_t style;
	bool bold, reverse;
};

/* Draws the horizontal and vertical strokes of one weight in a run. */
static void put_strokes(FILE *out, const struct run *run, unsigned weight, bool dashed)
{
	bool open = false;
	int end_x = -1; /* twice the x at which the last horizontal stroke ends */
	for (int column = run->from; column < run->to; column++) {
		const struct line *line = line_of(run->cells[column].code_point);
		if (!line || line->dashed != dashed)
			continue;
		const int x = column * CELL_WIDTH;
		if (!open && memchr(line->arm, (int)weight, sizeof(line->arm))) {
			fprintf(out, "<path class=\"%c s%d%s\" d=\"",
			        dashed            ? 'd'
			        : weight == HEAVY ? 'h'
			                          : 'l',
			        run->style, run->reverse ? " i" : "");
			open = true;
		}
		for (int arm = 0; arm < 2; arm++) {
			const int start = 2 * x + arm * CELL_WIDTH;
			if (line->arm[arm] != weight)
				continue;
			if (start != end_x)
				fprintf(out, "M%g %d", start / 2.0, run->y + MIDDLE_Y);
			end_x = start + CELL_WIDTH;
			fprintf(out, "H%g", end_x / 2.0);
		}
		const bool up = line->arm[2] == weight, down = line->arm[3] == weight;
		if (up || down) {
			fprintf(out, "M%g %dV%d", x + CELL_WIDTH / 2.0, run->y + (up ? 0 : MIDDLE_Y),
			        run->y + (down ? CELL_HEIGHT : MIDDLE_Y));
			end_x = -1;
		}
	}
	if (open)
		fputs("\"/>\n", out);
}

/* An arrow head that ends at a lifeline extends to it, in the middle of the next cell. NULL: any other shape. */
static const char *arrow_to_lifeline(const struct run *run, int column)
{
	const bool right = run->cells[column].code_point == 0x25ba;
	const int next = right ? column + 1 : column - 1;
	if ((!right && run->cells[column].code_point != 0x25c4) || next < 0 || next >= run->columns)
		return NULL;
	const struct line *line = line_of(run->cells[next].code_point);
	if (!line || !(line->arm[2] || line->arm[3]))
		return NULL;
	return right ? "m0 9.3h3v-4.3l10 5l-10 5v-4.3h-3z" : "m9 9.3h-3v-4.3l-10 5l10 5v-4.3h3z";
}

static void put_shapes(FILE *out, const struct run *run)
{
	for (int column = run->from; column < run->to;) {
		const struct shape *shape = shape_of(run->cells[column].code_point);
		if (!shape) {
			column++;
			continue;
		}
		fprintf(out, "<path class=\"c%d%s\" opacity=\"%s\" d=\"", run->style, run->reverse ? " i" : "",
		        shape->opacity);
		for (; column < run->to && run->cells[column].code_point == shape->code_point; column++) {
			const char *head = arrow_to_lifeline(run, column);
			fprintf(out, "M%d %d%s", column * CELL_WIDTH, run->y, head ? head : shape->path);
		}
		fputs("\"/>\n", out);
	}
}

static bool is_word(const struct ws_cell *cell)
{
	return cell->code_point != ' ' && !line_of(cell->code_point) && !shape_of(cell->code_point);
}

static bool is_wide(const struct run *run, int column)
{
	return column + 1 < run->to && !run->cells[column + 1].code_point;
}

/* Fonts differ in how much wider than the others wide characters are. So each of them has its place; one beyond 16 bits
 * would take two. */
static bool are_placed(const struct run *run, int from, int to)
{
	for (int column = from; column < to; column++)
		if (run->cells[column].code_point > 0xffff)
			return false;
	return is_wide(run, from);
}

static void put_places(FILE *out, const struct run *run, int from, int to)
{
	for (int column = from; column < to; column++)
		if (run->cells[column].code_point)
			fprintf(out, " %d", column * CELL_WIDTH);
}

/* The end of the words that begin at `column`, with single spaces between them. Wide characters have a text of their own,
 * so that words after them are in their place also where only the first place of a text counts, as in librsvg. */
static int words_end(const struct run *run, int column)
{
	const bool wide = is_wide(run, column);
	int end = column + 1 + wide;
	while (end < run->to) {
		const int next = end + (run->cells[end].code_point == ' ' && !wide);
		if (next == run->to || !is_word(&run->cells[next]) || is_wide(run, next) != wide)
			break;
		end = next + 1 + wide;
	}
	return end;
}

static void put_words(FILE *out, const struct run *run)
{
	for (int column = run->from; column < run->to;) {
		if (!is_word(&run->cells[column])) {
			column++;
			continue;
		}
		const int end = words_end(run, column);
		const bool placed = are_placed(run, column, end);
		fprintf(out, "<text class=\"c%d%s%s%s\" x=\"%d", run->style, run->bold ? " b" : "",
		        run->reverse ? " i" : "", is_wide(run, column) ? " z" : "", column * CELL_WIDTH);
		if (placed)
			put_places(out, run, column + 1, end);
		fprintf(out, "\" y=\"%d\"", run->y + BASELINE);
		if (end - column > 1 && !placed)
			fprintf(out, " textLength=\"%d\"", (end - column) * CELL_WIDTH);
		fputc('>', out);
		for (; column < end; column++)
			if (run->cells[column].code_point)
				put_code_point(out, run->cells[column].code_point);
		fputs("</text>\n", out);
	}
}

static void put_run(FILE *out, const struct run *run)
{
	if (run->reverse)
		fprintf(out, "<rect class=\"c%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", run->style,
		        run->from * CELL_WIDTH, run->y, (run->to - run->from) * CELL_WIDTH, CELL_HEIGHT);
	put_strokes(out, run, LIGHT, false);
	put_strokes(out, run, LIGHT, true);
	put_strokes(out, run, HEAVY, false);
	put_shapes(out, run);
	put_words(out, run);
}

void svg_cells(FILE *out, const struct ws_canvas *canvas, int row, int from, int to, int shift)
{
	if (row < 0 || row >= canvas->rows)
		return;
	const struct ws_cell *cells = canvas->cells + (size_t)row * (size_t)canvas->columns;
	from = from < 0 ? 0 : from;
	to = to < canvas->columns ? to : canvas->columns;
	while (from < to) {
		int end = from + 1;
		while (end < to && cells[end].style == cells[from].style && cells[end].emphasis == cells[from].emphasis)
			end++;
		const uint8_t with = ws_style_look(WS_THEME_ANY, (enum ws_style)cells[from].style).with;
		const struct run run = {.cells = cells,
		                        .columns = canvas->columns,
		                        .from = from,
		                        .to = end,
		                        .y = (row + shift) * CELL_HEIGHT,
		                        .style = cells[from].style,
		                        .bold = (cells[from].emphasis | with) & WS_BOLD,
		                        .reverse = cells[from].emphasis & WS_REVERSE};
		put_run(out, &run);
		from = end;
	}
}
