# Memory over time, a panel a variant on the same axes; swap lies on top of memory, the cap is a line.

columns = panels < 3 ? panels : 3
rows = int((panels + columns - 1) / columns)
left = 62.0
right = 18.0
top = 92.0
gap_x = 18.0
gap_y = 26.0                  # a panel's heading
inner = panels == 1 ? 220.0 : 110.0
bottom = 48.0
inner_width = (width - left - right - (columns - 1) * gap_x) / columns
eval canvas(top + rows * (gap_y + inner) + bottom)

set multiplot
set label 1 title[1] at screen at_x(12), screen at_y(16) left noenhanced textcolor rgb black font ",12.5"
set label 2 title[2] at screen at_x(12), screen at_y(36) left noenhanced textcolor rgb muted
array entry[4]  = ["memory", "swap", "cap", "the job was ended"]
array colour[4] = [blue, orange, red, failed]
array shown[4]  = [1, some_swap_now, has_cap, points - count_ok]
legend_x = 12.0
do for [i = 1:4] {
    if (shown[i]) {
        x = at_x(legend_x)
        y = at_y(60)
        dy = 5 / height
        if (i < 3) {
            set object i rectangle from screen x, screen y - dy to screen x + 18 / width, screen y + dy \
                fillstyle solid noborder fillcolor rgb colour[i]
        }
        if (i == 3) {
            set arrow i from screen x, screen y to screen x + 18 / width, screen y nohead linecolor rgb red linewidth 2
        }
        if (i == 4) {
            set label i + 20 "" at screen x + 9 / width, screen y point pointtype 2 pointsize 0.8 linewidth 2 linecolor rgb failed
        }
        set label i + 10 entry[i] at screen x + 23 / width, screen y left noenhanced textcolor rgb black
        legend_x = legend_x + 38 + 6.4 * strlen(entry[i])
    }
}

x_end = (high_x > 0 ? high_x : 1) * 1.06
set xrange [0 : x_end]
set yrange [0 : (high_1 > 0 ? high_1 : 1) * 1.1]
set xtics step(x_end * 45 / inner_width)
set ytics step(high_1 * 30 / inner)
number(c) = valid(c) && column(c) == column(c) ? column(c) : NaN
zero(c) = valid(c) && column(c) == column(c) ? column(c) : 0
mine(p) = column(in_panel) == p

# The last moment of a job that was ended.
array last_x[panels]
array last_y[panels]
array last_outcome[panels]
array last_word[panels]
stats "points.tsv" using (n = int(column(in_panel)), last_x[n] = column(at_place), \
    last_y[n] = zero(at_memory_now) + zero(at_swap_now), last_outcome[n] = int(column(outcome)), \
    last_word[n] = strcol(outcome_text), 1) nooutput

do for [p = 1:panels] {
    row = int((p - 1) / columns)
    column_number = (p - 1) % columns
    x0 = left + column_number * (inner_width + gap_x)
    y0 = top + row * (gap_y + inner) + gap_y
    set lmargin at screen at_x(x0)
    set rmargin at screen at_x(x0 + inner_width)
    set tmargin at screen at_y(y0)
    set bmargin at screen at_y(y0 + inner)
    if (column_number == 0) {
        set format y "%g"
        set ylabel with_unit(title_1, unit_1) noenhanced textcolor rgb black offset 1, 0
    } else {
        set format y ""
        unset ylabel
    }
    if (p + columns > panels) {
        set format x "%g"
        set xlabel with_unit("time", unit_x) noenhanced textcolor rgb black
    } else {
        set format x ""
        unset xlabel
    }
    set label 3 heading[p] at graph 0, screen at_y(y0 - 9) left noenhanced textcolor rgb muted
    unset arrow 5
    if (panel_cap[p] == panel_cap[p]) {
        set arrow 5 from graph 0, first panel_cap[p] to graph 1, first panel_cap[p] nohead linecolor rgb red linewidth 2 front
    }
    unset label 4
    unset label 5
    if (last_outcome[p] != is_ok) {
        set label 4 "" at last_x[p], last_y[p] point pointtype 2 pointsize 0.8 linewidth 2 linecolor rgb failed front
        set label 5 last_word[p] at last_x[p], last_y[p] noenhanced textcolor rgb failed front
        if (last_x[p] > 0.6 * x_end) {
            set label 5 right offset -1, 0.7
        } else {
            set label 5 left offset 1, 0
        }
    }
    plot "points.tsv" using (mine(p) ? column(at_place) : NaN):(number(at_memory_now)) with filledcurves x1 linecolor rgb blue, \
         "" using (mine(p) ? column(at_place) : NaN):(number(at_memory_now)):(number(at_memory_now) + zero(at_swap_now)) \
             with filledcurves linecolor rgb orange
    unset label 1
    unset label 2
    do for [i = 1:4] {
        unset label i + 10
        unset label i + 20
        unset object i
    }
    unset arrow 3
}
unset multiplot
