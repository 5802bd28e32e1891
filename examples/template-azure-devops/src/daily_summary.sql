-- The days with the most trips.
SELECT to_date(tpep_pickup_datetime) AS day, count(*) AS trips
FROM samples.nyctaxi.trips
GROUP BY 1
ORDER BY trips DESC, day
LIMIT 3
