-- As make-secrets.sh writes it, with passwords that everybody knows.
CREATE ROLE quickbite_orders_owner LOGIN PASSWORD 'quickbite';
CREATE ROLE quickbite_orders LOGIN PASSWORD 'quickbite';
CREATE DATABASE quickbite_orders OWNER quickbite_orders_owner;
REVOKE ALL ON DATABASE quickbite_orders FROM PUBLIC;
GRANT CONNECT ON DATABASE quickbite_orders TO quickbite_orders;
\connect quickbite_orders
GRANT USAGE ON SCHEMA public TO quickbite_orders;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_orders_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO quickbite_orders;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_orders_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO quickbite_orders;
\connect postgres

CREATE ROLE quickbite_inventory_owner LOGIN PASSWORD 'quickbite';
CREATE ROLE quickbite_inventory LOGIN PASSWORD 'quickbite';
CREATE DATABASE quickbite_inventory OWNER quickbite_inventory_owner;
REVOKE ALL ON DATABASE quickbite_inventory FROM PUBLIC;
GRANT CONNECT ON DATABASE quickbite_inventory TO quickbite_inventory;
\connect quickbite_inventory
GRANT USAGE ON SCHEMA public TO quickbite_inventory;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_inventory_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO quickbite_inventory;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_inventory_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO quickbite_inventory;
\connect postgres

CREATE ROLE quickbite_events_owner LOGIN PASSWORD 'quickbite';
CREATE ROLE quickbite_events LOGIN PASSWORD 'quickbite';
CREATE DATABASE quickbite_events OWNER quickbite_events_owner;
REVOKE ALL ON DATABASE quickbite_events FROM PUBLIC;
GRANT CONNECT ON DATABASE quickbite_events TO quickbite_events;
\connect quickbite_events
GRANT USAGE ON SCHEMA public TO quickbite_events;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_events_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO quickbite_events;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_events_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO quickbite_events;
\connect postgres

CREATE ROLE quickbite_bookings_owner LOGIN PASSWORD 'quickbite';
CREATE ROLE quickbite_bookings LOGIN PASSWORD 'quickbite';
CREATE DATABASE quickbite_bookings OWNER quickbite_bookings_owner;
REVOKE ALL ON DATABASE quickbite_bookings FROM PUBLIC;
GRANT CONNECT ON DATABASE quickbite_bookings TO quickbite_bookings;
\connect quickbite_bookings
GRANT USAGE ON SCHEMA public TO quickbite_bookings;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_bookings_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO quickbite_bookings;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_bookings_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO quickbite_bookings;
\connect postgres

CREATE ROLE quickbite_users_owner LOGIN PASSWORD 'quickbite';
CREATE ROLE quickbite_users LOGIN PASSWORD 'quickbite';
CREATE DATABASE quickbite_users OWNER quickbite_users_owner;
REVOKE ALL ON DATABASE quickbite_users FROM PUBLIC;
GRANT CONNECT ON DATABASE quickbite_users TO quickbite_users;
\connect quickbite_users
GRANT USAGE ON SCHEMA public TO quickbite_users;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_users_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO quickbite_users;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_users_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO quickbite_users;
\connect postgres

CREATE ROLE quickbite_reviews_owner LOGIN PASSWORD 'quickbite';
CREATE ROLE quickbite_reviews LOGIN PASSWORD 'quickbite';
CREATE DATABASE quickbite_reviews OWNER quickbite_reviews_owner;
REVOKE ALL ON DATABASE quickbite_reviews FROM PUBLIC;
GRANT CONNECT ON DATABASE quickbite_reviews TO quickbite_reviews;
\connect quickbite_reviews
GRANT USAGE ON SCHEMA public TO quickbite_reviews;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_reviews_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO quickbite_reviews;
ALTER DEFAULT PRIVILEGES FOR ROLE quickbite_reviews_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO quickbite_reviews;
\connect postgres

