# Needs against the size: what was measured at small sizes, a curve through it with its band, the full size with its interval,
# and a line for what each laptop leaves to a job. Both axes are logarithmic.

top = head_height + 30
inner = 330.0
eval canvas(top + inner + bottom)
plot_left = 82.0
plot_right = width - 66
set lmargin at screen at_x(plot_left)
set rmargin at screen at_x(plot_right)
set tmargin at screen at_y(top)
set bmargin at screen at_y(top + inner)
eval head(0)

eval legend_point(1, 12, head_height + 8, blue, 7, 0.9)
eval legend_says(1, 12, head_height + 8, "'measured'")
eval legend_bar(2, 122, head_height + 8, "fillcolor rgb sky fillstyle solid noborder")
eval legend_says(2, 122, head_height + 8, "'model and its interval'")
eval legend_point(3, 322, head_height + 8, red, 13, 1.2)
eval legend_says(3, 322, head_height + 8, "'predicted'")
eval legend_line(4, 432, head_height + 8, green, "dashtype 2")
eval legend_says(4, 432, head_height + 8, "'left to a job by a laptop'")

set logscale x
set logscale y
set xrange [low_x : high_x]
set yrange [low_1 : high_1]
set xtics ()
set for [i = 1:tics] xtics add (tic_text[i] tic[i])
set xlabel series_name[1] noenhanced textcolor rgb black
set ylabel with_unit("memory needed", unit_1) noenhanced textcolor rgb black offset -1.6, 0
eval log_tics("ytics", low_1, high_1, inner / 34)
set format y "%g"
do for [i = 1:levels] {
    if (level[i] > low_1 && level[i] < high_1) {
        set arrow 10 + i from first low_x, first level[i] to first high_x, first level[i] nohead back \
            linecolor rgb green linewidth 1.2 dashtype 2
        set label 10 + i level_text[i] at graph 1, first level[i] left offset 0.8, 0 noenhanced textcolor rgb muted
    }
}
of_kind(k, c) = column(5) == k ? column(c) : NaN
plot crossings_tsv using 1:3:4 with filledcurves fillcolor rgb sky, \
     "" using 1:2 with lines linewidth 1.8 linecolor rgb blue, \
     points_tsv using 1:(of_kind(3, 2)):3:4 with yerrorbars pointtype 0 linewidth 1.6 linecolor rgb red, \
     "" using 1:(of_kind(3, 2)) with points pointtype 13 pointsize 1.2 linecolor rgb red, \
     "" using 1:(of_kind(2, 2)) with points pointtype 6 pointsize 0.9 linewidth 1.4 linecolor rgb blue, \
     "" using 1:(of_kind(1, 2)) with points pointtype 7 pointsize 0.9 linecolor rgb blue, \
     for [k = 1:hints] "" using 1:2:(hint(0)) with labels hypertext point pointtype 7 pointsize 0.1
