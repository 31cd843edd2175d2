# A line a variant, over caps or over a parameter: a panel for each family of sections, and in it one for each axis, from
# the top down. Points without their figure stand above the panel with their outcome, and a dotted line leads up to
# them. The further figures of an axis (theory) are thin dashed lines. The legend is at the right.

legend = 46 + character * wide_series
plot_left = 66.0
plot_right = width - 26 - legend
top = 64.0
gap = 30.0                    # between panels, for a heading
inner = 170.0                 # of a panel
strip = 15.0                  # of an outcome, above it
bottom = 50.0

# Outcomes that are shown above the panels, from the top down.
strips = (count_oom > 0) + (count_timeout > 0) + (count_killed > 0) + (count_crash > 0) + (count_wrong > 0)
array strip_outcome[5] = [is_oom, is_timeout, is_killed, is_crash, is_wrong]
array strip_count[5] = [count_oom, count_timeout, count_killed, count_crash, count_wrong]
array strip_of[9] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
n = 0
do for [i = 1:5] {
    if (strip_count[i] > 0) {
        n = n + 1
        strip_of[strip_outcome[i] + 1] = n
    }
}

# Which panels there are: of each family those axes that have figures there.
array shown[panels * axes]
drawn = 0
do for [p = 1:panels] {
    do for [a = 1:axes] {
        if (a == 1 ? panel_shown_1[p] : panel_shown_2[p]) {
            drawn = drawn + 1
            shown[drawn] = (p - 1) * axes + a
        }
    }
}
each = gap + strips * strip + inner
legend_lines = series + 1 + (axes > 0 ? 2 : 0)
panels_height = top + drawn * each + bottom
legend_height = top + gap + legend_lines * 17 + 20
eval canvas(panels_height > legend_height ? panels_height : legend_height)

# Where a point that has no figure stands: in its strip, beside the others of its place.
dodge = 9.0
inner_width = plot_right - plot_left
x_span = logarithmic_x ? log(high_x / low_x) : high_x - low_x
x_pad = inner_width > 0 ? 0.5 * (x_span > 0 ? x_span : 1) * (logarithmic_x ? 0.14 : 0.1) : 0
x_begin = logarithmic_x ? low_x * exp(-x_pad) : low_x - x_pad
x_end = logarithmic_x ? high_x * exp(x_pad) : high_x + x_pad
x_pixel = (x_span + 2 * x_pad) / inner_width
shifted(x, pixels) = logarithmic_x ? x * exp(pixels * x_pixel) : x + pixels * x_pixel
spread(n, of) = (n - (of + 1) / 2.0) * dodge

set multiplot
set label 1 title[1] at screen at_x(12), screen at_y(16) left noenhanced textcolor rgb black font ",12.5"
set label 2 title[2] at screen at_x(12), screen at_y(36) left noenhanced textcolor rgb muted
if (logarithmic_x) {
    set logscale x 2
}
set xrange [x_begin : x_end]
set lmargin at screen at_x(plot_left)
set rmargin at screen at_x(plot_right)
set xtics ()
if (tics > 0) {
    set for [i = 1:tics] xtics add (tic_text[i] tic[i])
}

mine(p, s) = column(in_panel) == p && column(in_series) == s

do for [d = 1:drawn] {
    p = int((shown[d] - 1) / axes) + 1
    a = int((shown[d] - 1) % axes) + 1
    first    = a == 1 ? first_1 : first_2
    more     = (a == 1 ? fields_1 : fields_2) > 1 ? first + 4 : 0
    low      = a == 1 ? low_1 : low_2
    high     = a == 1 ? high_1 : high_2
    is_log   = a == 1 ? logarithmic_1 : logarithmic_2
    is_bytes = a == 1 ? bytes_1 : bytes_2
    y_title  = a == 1 ? with_unit(title_1, unit_1) : with_unit(title_2, unit_2)

    y_top = top + (d - 1) * each + gap + strips * strip
    set tmargin at screen at_y(y_top - strips * strip)
    set bmargin at screen at_y(y_top + inner)

    # The strips belong to the same axis, above all figures.
    if (is_log) {
        set logscale y
        y_begin = low / 1.25
        y_figures = high * 1.25
        if (y_figures / y_begin < 4) {
            middle = sqrt(y_figures * y_begin)
            y_begin = middle / 2
            y_figures = middle * 2
        }
        decades = log10(y_figures / y_begin)
        set yrange [y_begin : y_figures * 10 ** (decades * strips * strip / inner)]
    } else {
        unset logscale y
        y_begin = 0
        y_figures = high > 0 ? high * 1.08 : 1
        set yrange [0 : y_figures * (1 + strips * strip / inner)]
    }
    y_strip(o) = is_log ? y_figures * 10 ** (decades * (strips - strip_of[int(o) + 1] + 0.5) * strip / inner) \
                        : y_figures * (1 + (strips - strip_of[int(o) + 1] + 0.5) * strip / inner)
    if (is_log) {
        set ytics auto
        if (decades < 1.3) {
            set ytics (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
        }
        set format y "%g"
    } else {
        set ytics step(y_figures * 34 / inner)
        set format y "%g"
    }
    set ylabel y_title noenhanced textcolor rgb black offset 1, 0
    if (d == drawn) {
        set xlabel with_unit(title_x, unit_x) noenhanced textcolor rgb black
    } else {
        unset xlabel
    }
    set label 3 heading[p] at graph 0, screen at_y(y_top - strips * strip - 10) left noenhanced textcolor rgb muted
    do for [i = 1:5] {
        unset label 10 + i
        if (strip_count[i] > 0) {
            set label 10 + i outcome_name[strip_outcome[i] + 1] at graph 0, first y_strip(strip_outcome[i]) right \
                offset -0.8, 0 noenhanced textcolor rgb failed
        }
    }
    set object 1 rectangle from graph 0, first y_figures to graph 1, graph 1 behind fillcolor rgb light fillstyle solid 0.5 noborder
    unset arrow
    if (is_bytes && panel_cap[p] == panel_cap[p]) {
        set arrow 1 from graph 0, first panel_cap[p] to graph 1, first panel_cap[p] nohead linecolor rgb red linewidth 2
    }

    # A line ends where its next point is up in a strip, and a dotted one leads there.
    had(c) = valid(c) && column(c) == column(c)
    bad(c) = column(outcome) != is_ok && column(outcome) != is_skipped && column(outcome) != is_refused
    y_of(c) = had(c) ? column(c) : NaN
    y_any(c) = had(c) ? column(c) : bad(0) ? y_strip(column(outcome)) : NaN
    x_any(c) = had(c) || !bad(0) ? column(at_place) : shifted(column(at_place), spread(column(place), column(places)))

    if (d == 1) {
        set key at screen at_x(plot_right + 18), screen at_y(top + gap) left top Left reverse vertical noenhanced \
            samplen 2.2 spacing 1.25 textcolor rgb black
    } else {
        unset key
    }
    plot for [s = 1:series] "points.tsv" using (mine(p, s) ? x_any(first) : NaN):(y_any(first)) \
             with lines linecolor rgb series_colour[s] dashtype 3 linewidth 1 notitle, \
         for [s = 1:series] "" using (mine(p, s) && more ? column(at_place) : NaN):(more ? y_of(more) : NaN) \
             with lines linecolor rgb series_colour[s] dashtype 2 linewidth 1 notitle, \
         for [s = 1:series] "" using (mine(p, s) ? column(at_place) : NaN):(y_of(first)):(column(first + 1)):(column(first + 2)) \
             with yerrorbars pointtype 0 linecolor rgb series_colour[s] notitle, \
         for [s = 1:series] "" using (mine(p, s) ? column(at_place) : NaN):(y_of(first)) \
             with linespoints linecolor rgb series_colour[s] linewidth 1.8 pointtype point_type(series_shape[s]) \
             pointsize 0.8 title series_name[s], \
         for [s = 1:series] "" using (mine(p, s) && !had(first) && bad(0) ? x_any(first) : NaN):(y_any(first)) \
             with points linecolor rgb series_colour[s] linewidth 1.6 pointtype 2 pointsize 0.7 notitle, \
         "" using (column(in_panel) == p && column(partial) == 1 && had(first) ? column(at_place) : NaN):(column(first)):(strcol(outcome_text)) \
             with labels left offset 0.8, 0.5 noenhanced textcolor rgb failed notitle
    unset label 1
    unset label 2
}
unset multiplot
