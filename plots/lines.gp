# A line a variant, over caps or over a parameter: a panel for each family of sections, and in it one for each axis, from
# the top down. A point that has no figure stands above its panel with its outcome, and a dotted line leads up to it. The
# second figure of an axis (theory) is a dashed line. Where a line crosses one of the base is marked. The legend is
# at the right.

legend = 46 + character * (wide_series > 13 ? wide_series : 13)
plot_left = 82.0
plot_right = width - 30 - legend
inner = 170.0                 # of a panel
strip = 15.0                  # of an outcome, above it
between = 22.0

# Outcomes that are shown above the panels, from the top down.
array strip_outcome[5] = [is_oom, is_timeout, is_killed, is_crash, is_wrong]
array strip_count[5] = [count_oom, count_timeout, count_killed, count_crash, count_wrong]
array strip_of[9] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
strips = 0
do for [i = 1:5] {
    if (strip_count[i] > 0) {
        strips = strips + 1
        strip_of[strip_outcome[i] + 1] = strips
    }
}

# Which panels there are: of each family those axes that have figures there. A heading stands above a family.
array family[panels * axes]
array axis[panels * axes]
array y_head[panels * axes]
array strips_in[2] = [lost_1 > 0 ? strips : 0, lost_2 > 0 ? strips : 0]
drawn = 0
y = head_height
do for [p = 1:panels] {
    y = y + (strlen(heading[p]) > 0 ? 22 : 4)
    do for [a = 1:axes] {
        if (a == 1 ? panel_shown_1[p] : panel_shown_2[p]) {
            drawn = drawn + 1
            family[drawn] = p
            axis[drawn] = a
            y_head[drawn] = y
            y = y + strips_in[a] * strip + inner + between
        }
    }
}
theory_words = fields_1 > 1 ? second_1 : shown_2 && fields_2 > 1 ? second_2 : ""

# A long legend makes room for taller panels.
y = y - between + bottom
legend_end = head_height + 20 + (series + (theory_words ne "") + has_cap + (crossings > 0)) * 18 + 16
if (legend_end > y) {
    more = (legend_end - y) / drawn
    inner = inner + more
    do for [d = 1:drawn] {
        y_head[d] = y_head[d] + (d - 1) * more
    }
    y = legend_end
}
eval canvas(y)

# x, with room at both ends; points that failed at the same place stand beside each other.
inner_width = plot_right - plot_left
to(x) = logarithmic_x ? log(x) : x
from(x) = logarithmic_x ? exp(x) : x
span = to(high_x) > to(low_x) ? to(high_x) - to(low_x) : 1
pad_pixels = most_places * 4.5 + 10 > 34 ? most_places * 4.5 + 10 : 34
pad = span * pad_pixels / (inner_width - 2 * pad_pixels)
per_pixel = (span + 2 * pad) / inner_width
x_begin = from(to(low_x) - pad)
x_end = from(to(high_x) + pad)
apart = 9.0
do for [i = 2:tics] {
    room = (to(tic[i]) - to(tic[i - 1])) / per_pixel / (most_places + 1)
    apart = room < apart ? room : apart
}
shifted(x, pixels) = from(to(x) + pixels * per_pixel)
spread(n, of) = (n - (of + 1) / 2.0) * apart

set multiplot
eval head(0)
legend_x = plot_right + 16
legend_y = head_height + 16
do for [s = 1:series] {
    eval legend_line(s, legend_x, legend_y, series_colour[s], "linewidth 1.8")
    eval legend_point(s, legend_x, legend_y, series_colour[s], point_type(series_shape[s]), 0.8)
    eval legend_says(s, legend_x, legend_y, sprintf("series_name[%d]", s))
    legend_y = legend_y + 18
}
legend_y = legend_y + 6
if (theory_words ne "") {
    eval legend_line(series + 1, legend_x, legend_y, black, "dashtype 2")
    eval legend_point(series + 1, legend_x, legend_y, black, 1, 0.8)
    eval legend_says(series + 1, legend_x, legend_y, "theory_words")
    legend_y = legend_y + 18
}
if (has_cap) {
    eval legend_line(series + 2, legend_x, legend_y, red, "linewidth 2")
    eval legend_says(series + 2, legend_x, legend_y, "'cap'")
    legend_y = legend_y + 18
}
if (crossings > 0) {
    eval legend_point(series + 3, legend_x, legend_y, black, 6, 1.6)
    eval legend_says(series + 3, legend_x, legend_y, "'crosses ' . base")
    array crossing_panel[crossings]
    array crossing_axis[crossings]
    array crossing_series[crossings]
    array crossing_x[crossings]
    array crossing_y[crossings]
    array crossing_text[crossings]
    n = 0
    stats crossings_tsv using (n = n + 1, crossing_panel[n] = $1, crossing_axis[n] = $2, crossing_series[n] = int($3), \
        crossing_x[n] = $5, crossing_y[n] = $6, crossing_text[n] = strcol(7), 1) nooutput
}
if (logarithmic_x) {
    set logscale x 2
}
set xrange [x_begin : x_end]
set lmargin at screen at_x(plot_left)
set rmargin at screen at_x(plot_right)
set xtics ()
set for [i = 1:tics] xtics add (tic_text[i] tic[i])
mine(p, s) = column(in_panel) == p && column(in_series) == s

do for [d = 1:drawn] {
    p = family[d]
    a = axis[d]
    first    = a == 1 ? first_1 : first_2
    theory   = (a == 1 ? fields_1 : fields_2) > 1 ? first + 4 : 0
    low      = a == 1 ? low_1 : low_2
    high     = a == 1 ? high_1 : high_2
    is_log   = a == 1 ? logarithmic_1 : logarithmic_2
    is_bytes = a == 1 ? bytes_1 : bytes_2
    set ylabel (a == 1 ? with_unit(title_1, unit_1) : with_unit(title_2, unit_2)) \
        noenhanced textcolor rgb black offset -1.6, 0
    strips = strips_in[a]
    set tmargin at screen at_y(y_head[d])
    set bmargin at screen at_y(y_head[d] + strips * strip + inner)

    # The strips belong to the same axis, above all figures.
    if (is_log) {
        set logscale y
        y_begin = low / 1.2
        y_figures = high * 1.2
        if (y_figures < 4 * y_begin) {
            y_begin = 0.9 * low < 0.5 * y_figures / 1.2 ? y_begin : 0.5 * sqrt(low * high)
            y_figures = 4 * y_begin > y_figures ? 4 * y_begin : y_figures
        }
        decades = log10(y_figures / y_begin)
        set yrange [y_begin : y_figures * 10 ** (decades * strips * strip / inner)]
        eval log_tics("ytics", y_begin, y_figures / 1.1, inner / 20)
    } else {
        unset logscale y
        y_figures = high > 0 ? high * 1.1 : 1
        set yrange [0 : y_figures * (1 + strips * strip / inner)]
        set ytics 0, step(y_figures * 34 / inner), 0.96 * y_figures
    }
    set format y "%g"
    height_of(n) = n * strip / inner
    y_strip(o) = is_log ? y_figures * 10 ** (decades * height_of(strips - strip_of[int(o) + 1] + 0.5)) \
                        : y_figures * (1 + height_of(strips - strip_of[int(o) + 1] + 0.5))
    do for [i = 1:5] {
        unset label 10 + i
        if (strips > 0 && strip_count[i] > 0) {
            set label 10 + i outcome_name[strip_outcome[i] + 1] at graph 0, first y_strip(strip_outcome[i]) right \
                offset -0.8, 0 noenhanced textcolor rgb failed
        }
    }
    unset object 1
    if (strips > 0) {
        set object 1 rectangle from graph 0, first y_figures to graph 1, graph 1 behind \
            fillcolor rgb pale fillstyle solid noborder
    }
    if (d == drawn) {
        set xlabel with_unit(title_x, unit_x) noenhanced textcolor rgb black
    } else {
        unset xlabel
    }
    unset label 9
    if (d == 1 || family[d] != family[d > 1 ? d - 1 : 1]) {
        set label 9 heading[p] at screen at_x(plot_left), screen at_y(y_head[d] - 11) left noenhanced textcolor rgb muted
    }
    unset arrow 1
    if (is_bytes && panel_cap[p] == panel_cap[p]) {
        set arrow 1 from graph 0, first panel_cap[p] to graph 1, first panel_cap[p] nohead linecolor rgb red linewidth 2
    }
    # The cliff, a band between two caps with its name beside it.
    unset object 2
    unset label 8
    if (panel_cliff_low[p] == panel_cliff_low[p]) {
        set object 2 rectangle from panel_cliff_low[p], graph 0 to panel_cliff_high[p], graph 1 behind \
            fillcolor rgb failed fillstyle solid 0.12 noborder
        middle = from((to(panel_cliff_low[p]) + to(panel_cliff_high[p])) / 2)
        beside = to(middle) - to(x_begin) < 0.6 * (to(x_end) - to(x_begin))
        if (beside) {
            set label 8 panel_cliff_text[p] at panel_cliff_high[p], graph 0.07 left offset 0.6, 0 noenhanced textcolor rgb failed
        } else {
            set label 8 panel_cliff_text[p] at panel_cliff_low[p], graph 0.07 right offset -0.6, 0 noenhanced textcolor rgb failed
        }
    }
    # Crossings, each with a line down to its place; texts that would lie on each other have heights of their own.
    n = 0
    do for [i = 1:crossings] {
        unset arrow 20 + i
        unset label 20 + i
        unset label 40 + i
        if (crossing_panel[i] == p && crossing_axis[i] == a) {
            text_at = 0.07 + 0.1 * (n % 3)
            n = n + 1
            set arrow 20 + i from crossing_x[i], graph 0 to crossing_x[i], crossing_y[i] nohead \
                linecolor rgb series_colour[crossing_series[i]] dashtype 3
            set label 20 + i "" at crossing_x[i], crossing_y[i] point pointtype 6 pointsize 1.6 linewidth 1.4 linecolor rgb black
            set label 40 + i crossing_text[i] at crossing_x[i], graph text_at left offset 0.4, 0 noenhanced textcolor rgb black
        }
    }

    # A dotted line joins a figure and a failure that are next to each other.
    lost(c) = !had(first) && is_bad(column(outcome))
    x_of(c) = lost(0) ? shifted(column(at_place), spread(column(place), column(places))) : column(at_place)
    y_of(c) = lost(0) ? y_strip(column(outcome)) : number(first)
    old_line = 0
    old_lost = 0
    old_x = NaN
    old_y = NaN
    line_of(c) = column(in_panel) * 1000 + column(in_series)
    advance(x, y, lost_now, line) = (old_x = x, old_y = y, old_lost = lost_now, old_line = line, 1)
    said(c) = column(in_panel) == p && column(partial) == 1 && had(first)
    here(c) = column(in_panel) == p && (had(first) || lost(0))
    leads(c) = line_of(0) == old_line && lost(0) != old_lost && column(in_panel) == p
    plot points_tsv using (from_x = leads(0) ? old_x : NaN):(from_y = old_y):(x_of(0) - from_x): \
             (to_y = y_of(0), advance(x_of(0), to_y, lost(0), line_of(0)), to_y - from_y):(series_rgb[int(column(in_series))]) \
             with vectors nohead linecolor rgb variable dashtype 3 linewidth 1, \
         for [s = 1:series] "" using (mine(p, s) ? column(at_place) : NaN):(number(first)):(column(first + 1)):(column(first + 2)) \
             with yerrorbars pointtype 0 linecolor rgb series_colour[s], \
         for [s = 1:series] "" using (mine(p, s) ? column(at_place) : NaN):(number(first)) \
             with linespoints linecolor rgb series_colour[s] linewidth 1.8 pointtype point_type(series_shape[s]) pointsize 0.8, \
         for [s = 1:series] "" using (mine(p, s) && theory ? column(at_place) : NaN):(theory ? number(theory) : NaN) \
             with linespoints linecolor rgb black dashtype 2 linewidth 1 pointtype 1 pointsize 0.8, \
         for [s = 1:series] "" using (mine(p, s) && lost(0) ? x_of(0) : NaN):(y_of(0)) \
             with points linecolor rgb series_colour[s] linewidth 1.4 pointtype point_type(series_shape[s]) pointsize 0.7, \
         "" using (said(0) ? column(at_place) : x_begin):(said(0) ? number(first) : y_figures):(said(0) ? strcol(outcome_text) : "") \
             with labels left offset 0.8, 0.6 noenhanced textcolor rgb failed, \
         for [k = 1:hints] "" using (here(0) ? x_of(0) : x_begin):(here(0) ? y_of(0) : y_figures):(here(0) ? hint(0) : "") \
             with labels hypertext point pointtype 7 pointsize 0.1
    eval head_done
}
unset multiplot
